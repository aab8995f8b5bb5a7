"""Share of queries that at least one model of a set answers correctly."""

from leaderboard.core import papers
from leaderboard.core.contract import FLAG, NAME, NAMES, TABLE, Example, Input, Missing
from leaderboard.core.metrics import HIGHER, Metric

ANSWERS = [
    {"query": f"q{query}", "model": model, "correct": query in right}
    for model, right in (("A", (1, 2)), ("B", (2, 3)))
    for query in (1, 2, 3, 4)
]

METRIC = Metric(
    "coverage",
    "Coverage of a set of models",
    "1",
    HIGHER,
    family="quality",
    symbol="c",
    at_most=1.0,
    sources=(papers.PER_WATT,),
    edges=(
        "No query: missing. A query on which a model was not tried counts as not answered by it.",
    ),
)


@METRIC.computed(
    "coverage.of_answers/1",
    [
        Input(
            "answers",
            "which model answered which query correctly",
            shape=TABLE,
            columns=(
                Input("query", "the query", shape=NAME),
                Input("model", "the model", shape=NAME),
                Input("correct", "whether it is right, or wins or ties", shape=FLAG),
            ),
            symbol="Q",
        ),
        Input("models", "the set; empty for all", shape=NAMES, default=(), symbol="S"),
    ],
    written="mean(max(correct[q, m] for m in models) for q in answers)",
    badge="verified in text",
    examples=[
        Example({"answers": ANSWERS, "models": ["A"]}, 0.5, "T03c"),
        Example({"answers": ANSWERS, "models": ["A", "B"]}, 0.75, "T03c"),
    ],
)
def of_answers(answers, models):
    if not answers:
        raise Missing("there are no answers", field="answers")
    allowed = set(models) or {row["model"] for row in answers}
    queries = {row["query"] for row in answers}
    answered = {row["query"] for row in answers if row["correct"] and row["model"] in allowed}
    return len(answered) / len(queries)
