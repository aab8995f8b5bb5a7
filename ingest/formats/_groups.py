"""Which tasks of lm-evaluation-harness are parts of which, and how many samples they have."""

from typing import Any

from ingest.formats import _mmlu
from ingest.formats._cells import stated

# Task → the names of its scores.
Scores = dict[str, list[str]]


def of(found: Any, *keys: str) -> Any:
    """The value under keys inside keys; None where one is missing."""
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def parents(found: dict[str, Any], metrics: Scores) -> dict[str, str]:
    """Task → the group with scores that it is a part of, or nothing.

    A mean over groups with other scores (a whole leaderboard's) is no task, so they count.
    """
    above = dict.fromkeys(metrics, "")
    for group in metrics:
        if not is_mixture(found, metrics, group):
            above |= dict.fromkeys(parts(found, metrics, group), group)
    return above | dict.fromkeys(_mmlu.subjects(metrics), _mmlu.TASK)


def parts(found: dict[str, Any], metrics: Scores, group: str) -> list[str]:
    """What a group with scores is made of, as far as it has scores itself."""
    tasks = of(found, "group_subtasks", group)
    if not metrics.get(group) or not isinstance(tasks, list):
        return []
    return [part for part in tasks if isinstance(part, str) and metrics.get(part) and part != group]


def is_mixture(found: dict[str, Any], metrics: Scores, group: str) -> bool:
    """True for a group over groups that do not all have its scores."""
    groups = [part for part in parts(found, metrics, group) if parts(found, metrics, part)]
    return any(not set(metrics[group]) <= set(metrics[part]) for part in groups)


def shots(found: dict[str, Any], task: str) -> str:
    """Examples in a task's prompts; of a group, what all the tasks in it have in common."""
    waiting, counts, seen = [task], set[str](), {task}
    while waiting:
        part = waiting.pop()
        counted = stated(of(found, "n-shot", part))
        counts |= {counted} - {""}
        tasks = of(found, "group_subtasks", part)
        if counted or not isinstance(tasks, list):
            continue
        new = {name for name in tasks if isinstance(name, str)} - seen
        seen |= new
        waiting += new
    return counts.pop() if len(counts) == 1 else ""


def samples(found: dict[str, Any], task: str, metric: str) -> str:
    """Samples that a task was scored on; of a group, the sum over the tasks in it."""
    for place in (
        ("results", task, "sample_count", metric),
        ("n-samples", task, "effective"),
        ("results", task, "sample_len"),
    ):
        if counted := stated(of(found, *place)):
            return counted
    waiting, counts, seen = [task], list[str](), {task}
    while waiting:
        tasks = of(found, "group_subtasks", waiting.pop())
        new = (
            {part for part in tasks if isinstance(part, str)} if isinstance(tasks, list) else set()
        )
        for part in new - seen:
            seen.add(part)
            counted = stated(of(found, "n-samples", part, "effective"))
            counts += [counted] if counted else []
            waiting += [] if counted else [part]
    return str(sum(map(int, counts))) if counts and all(map(str.isdecimal, counts)) else ""
