"""The log in plain words, for feeds: one sentence an event, without links."""

from leaderboard.changes import BOARD, REPLACED, WITHDRAWN, Event
from leaderboard.core.contrast import joined
from leaderboard.models import Entry
from leaderboard.quantities import count

KEPT = "the frontier kept its entries; numbers or deeper layers changed"


def headline(event: Event) -> str:
    """“Trivia: Model A entered the frontier.”"""
    if event.frontier is not None:
        board = event.frontier.board.title
        if event.kind == BOARD:
            opened = count(event.frontier.entries, "entry", "entries")
            return f"{board} opened with {opened} on the frontier."
        return f"{board}: {moved(event)}."
    assert event.submission is not None
    name = event.submission.filename
    if event.kind == WITHDRAWN:
        return f"{name} was withdrawn."
    if event.kind == REPLACED:
        return f"{name} replaced earlier numbers."
    return f"{name} was published."


def moved(event: Event) -> str:
    assert event.frontier is not None
    came = names(event.entered, event.more_entered)
    went = names(event.left, event.more_left)
    said = [f"{came} entered the frontier" if came else "", f"{went} left it" if went else ""]
    if not came and went:
        said[1] = f"{went} left the frontier"
    return "; ".join(filter(None, said)) or KEPT


def names(entries: list[Entry], more: int) -> str:
    """“A, B and 3 more”."""
    told = [str(entry) for entry in entries]
    if more > 0:
        told.append(f"{more:,} more")
    return joined(told) if told else ""


def details(event: Event) -> str:
    """What a reader finds behind the link."""
    if event.submission is not None:
        told = [str(entry) for entry in event.entries] + ["others"] * event.has_others
        about = joined(told) if told else ""
        reason = event.submission.summary.get("reason") if event.kind == WITHDRAWN else ""
        if event.kind == REPLACED and event.submission.reason:
            reason = event.submission.get_reason_display()
        parts = [headline(event), f"About {about}." if about else "", f"Reason: {reason}."]
        return " ".join(filter(None, parts if reason else parts[:2]))
    assert event.frontier is not None
    return f"{headline(event)} Version {event.frontier.number}, with every reason."
