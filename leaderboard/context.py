"""What every page needs besides its own."""

THEMES = ("light", "dark")


def site(request) -> dict[str, str]:
    """The reader's theme, and the first part of the address for the navigation."""
    theme = request.COOKIES.get("theme", "")
    return {
        "theme": theme if theme in THEMES else "",
        "section": request.path_info.split("/", 2)[1],
    }
