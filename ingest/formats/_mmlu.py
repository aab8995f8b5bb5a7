"""MMLU as EleutherAI's old harness leaves it: 57 subjects without their mean and their sizes."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ingest.formats._cells import is_number, stated

TASK, SUBJECTS = "hendrycksTest", 57


def subjects(tasks: Iterable[str]) -> list[str]:
    """The tasks that are all subjects of MMLU; none if one of them is missing."""
    found = [task for task in tasks if task.startswith(f"{TASK}-")]
    return found if len(found) == SUBJECTS else []


def means(results: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Per metric that all subjects have, a record with the unweighted mean."""
    found = subjects(results)
    for metric in ("acc", "acc_norm") if found else ():
        scores = [results[task] for task in found]
        texts = [stated(of.get(metric)) if isinstance(of, dict) else "" for of in scores]
        if all(map(is_number, texts)):
            yield {
                "task": TASK,
                "metric": metric,
                "value": repr(sum(map(float, texts)) / SUBJECTS),
                "recipe": f"unweighted mean of the {SUBJECTS} subjects, worked out here",
            }
