"""Names just long enough to tell the entries of a chart apart."""

from leaderboard.standings import Who


def short_names(named: list[Who]) -> dict[int, str]:
    """Names just long enough to tell these entries apart."""
    models = {who.model.name for who in named}
    names = {who.entry: who.model.name for who in named}
    if len(models) == 1 and len(named) > 1:
        return {who.entry: who.detail or who.model.name for who in named}
    for model in models:
        alike = [who for who in named if who.model.name == model]
        if len(alike) > 1:
            names |= {who.entry: f"{model}, {difference(who, alike)}" for who in alike}
    return names


def difference(who: Who, alike: list[Who]) -> str:
    """What sets an entry apart from others of its model."""
    for part in ("device", "method", "settings"):
        if len({str(getattr(other, part)) for other in alike}) == len(alike):
            value = getattr(who, part)
            return ", ".join(value) if part == "settings" else str(getattr(value, "name", value))
    return who.detail
