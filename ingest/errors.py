"""Every code an issue can have: its title and what to do. Each is a page, /help/errors/<code>/."""

ERRORS: dict[str, tuple[str, str]] = {}
