"""Metrics and analyses: meaning, formula, example, who uses them, and a form to try them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_http_methods, require_safe

from leaderboard import moves, quantities
from leaderboard.core import analyses, metrics
from leaderboard.core.compute import STATED, Result, compute
from leaderboard.core.contract import ABOUT_BADGES, Example, Input, InputError, Source
from leaderboard.core.formulas import symbol
from leaderboard.models import Board, Rederivation
from leaderboard.models import Source as Paper
from leaderboard.quantities import plain
from leaderboard.views import trying
from leaderboard.views.trying import Part, Trial

FAMILY = {
    family: place
    for place, family in enumerate(
        ("quality", "energy", "material", "cost", "carbon", "latency", "other")
    )
}


@require_safe
def metric_list(request: HttpRequest) -> HttpResponse:
    ordered = sorted(metrics.ALL.values(), key=lambda metric: (FAMILY[metric.family], metric.label))
    rows = [
        (metric, [(formula_shown(one.mathml), one.written) for one in metric.formulas])
        for metric in ordered
    ]
    badges = ABOUT_BADGES.items()
    return render(request, "leaderboard/metrics.html", {"rows": rows, "badges": badges})


@dataclass(frozen=True)
class Term:
    """An input of a formula as its page names it."""

    name: str
    letter: str
    index: str
    meaning: str
    unit: str
    is_metric: bool
    # Of a table.
    columns: tuple["Term", ...] = ()

    @classmethod
    def of(cls, asked: Input) -> "Term":
        letter, _, index = asked.symbol.partition("_")
        meaning = asked.meaning.rstrip(".")
        columns = tuple(map(cls.of, asked.columns))
        is_metric = asked.name in metrics.ALL
        return cls(asked.name, letter, index, meaning, asked.unit, is_metric, columns)


@dataclass(frozen=True)
class Formula:
    """One formula of a metric, ready to be shown and tried."""

    recipe: metrics.Recipe
    anchor: str
    terms: list[Term]
    example: str
    trial: Trial

    @property
    def mathml(self) -> SafeString:
        return formula_shown(self.recipe.mathml)


def formula_shown(mathml: str) -> SafeString:
    # Made by us from the formulas of our own code; no reader's text is in it.
    return mark_safe(mathml)


def cited(sources: Sequence[Source]) -> list[tuple[Source, str]]:
    """Each source with its page here, or where arXiv has it; an address is empty for the rest."""
    ids = [source.arxiv for source in sources if source.arxiv]
    pages = {row.arxiv: row.get_absolute_url() for row in Paper.objects.filter(arxiv__in=ids)}
    return [(source, pages.get(source.arxiv) or source.address) for source in sources]


def input_text(value: Any, asked: Input) -> str:
    """“31,536,000 s”: an input of an example with its unit."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return trying.as_text(value)
    return f"{quantities.exact(value)} {trying.unit_of(asked)}".rstrip()


def in_words(
    examples: tuple[Example, ...], metric: metrics.Metric, asked: tuple[Input, ...]
) -> str:
    """The first example whose inputs are single numbers: “a = 2, b = 3 give 6 J”."""
    terms = {one.name: one for one in asked}
    for example in examples:
        texts = {name: input_text(value, terms[name]) for name, value in example.inputs.items()}
        if isinstance(example.expected, int | float) and not any(
            "[" in one for one in texts.values()
        ):
            said = ", ".join(f"{name} = {text}" for name, text in texts.items())
            note = f" ({example.about})" if example.about else ""
            unit = trying.unit_of(metric.stated)
            return f"{said} give {plain(example.expected)} {unit}".rstrip() + note
    return ""


@dataclass(frozen=True)
class Answer:
    """What a trial gave, in words."""

    state: str
    shown: str
    reason: str
    parts: list[Part]


def answered(metric: metrics.Metric, result: Result) -> Answer:
    found = trying.parts(result.details, {})
    if (value := result.value) is None:
        return Answer(result.state, "", result.reason, found)
    shown = quantities.of_metric(metric.slug, value.value, value.low, value.high)
    return Answer(result.state, shown, "", found)


def texts(sent: QueryDict) -> dict[str, str]:
    """What was sent by name; of one name that came twice the last."""
    return {name: str(text) for name, text in sent.items()}


def tried(
    metric: metrics.Metric,
    recipe: str,
    asked: tuple[Input, ...],
    examples: tuple[Example, ...],
    query: QueryDict,
    anchor: str,
) -> Trial:
    """The form of one formula, with the answer if the address asks this one."""
    sent = texts(query) if query.get("recipe") == recipe else None
    form = trying.trial(asked, examples, sent, anchor)
    form.recipe = recipe
    inputs = trying.read(form) if sent is not None else None
    if inputs is None:
        return form
    try:
        result = compute(metric.slug, inputs, recipe)
    except InputError as error:
        form.refuse(error)
    else:
        form.answer = answered(metric, result)
        form.point_at(result.field, result.reason)
    return form


def formulas(metric: metrics.Metric, query: QueryDict) -> list[Formula]:
    found = []
    for place, recipe in enumerate(metric.formulas, 1):
        anchor = f"formula-{place}"
        form = tried(metric, recipe.name, recipe.terms, recipe.examples, query, anchor)
        terms = [Term.of(each) for each in recipe.terms]
        words = in_words(recipe.examples, metric, recipe.terms)
        found.append(Formula(recipe, anchor, terms, words, form))
    return found


@require_safe
def metric(request: HttpRequest, slug: str) -> HttpResponse:
    if slug not in metrics.ALL:
        raise Http404("There is no such metric.")
    row = metrics.get(slug)
    stated = None
    if row.examples:
        stated = tried(row, STATED, (row.stated,), row.examples, request.GET, "stated")
    ranking = list(Board.objects.ranked_by(slug))
    able = Board.objects.with_numbers_for(slug) if row.is_on_entries else Board.objects.none()
    return render(
        request,
        "leaderboard/metric.html",
        {
            "row": row,
            "symbol": formula_shown(f"<math>{symbol(row.symbol)}</math>"),
            "cited": cited(row.all_sources),
            "head": row.doc.partition("\n\n")[0],
            "rest": [part for part in row.doc.split("\n\n")[1:] if part.strip()],
            "formulas": formulas(row, request.GET),
            "stated": stated,
            "stated_example": in_words(row.examples, row, (row.stated,)),
            "used_by": [
                one for one in metrics.ALL.values() if any(slug in r.inputs for r in one.recipes)
            ],
            "boards": ranking,
            "changes": [
                (made.finished_at, moves.in_words(made.moved[slug]))
                for made in Rederivation.objects.of_new_recipes(slug)
            ],
            "more_boards": [board for board in able if board not in ranking],
        },
    )


@require_safe
def analysis_list(request: HttpRequest) -> HttpResponse:
    rows = sorted(analyses.ALL.values(), key=lambda analysis: analysis.label)
    first = cited([analysis.sources[0] for analysis in rows])
    shown = [(row, [source]) for row, source in zip(rows, first, strict=True)]
    return render(request, "leaderboard/analyses.html", {"rows": shown})


def analysed(analysis: analyses.Analysis, sent: dict[str, str] | None) -> Trial:
    """The form of an analysis, with what it finds in what was sent."""
    form = trying.trial(analysis.inputs, analysis.examples, sent, "try")
    inputs = trying.read(form) if sent is not None else None
    if inputs is None:
        return form
    try:
        finding = analyses.run(analysis.slug, inputs)
    except InputError as error:
        form.refuse(error)
    else:
        found = trying.parts(finding.found, analysis.outputs)
        form.answer = Answer(finding.state, "", finding.reason, found)
        form.point_at(finding.field, finding.reason)
    return form


@cache
def example_of(slug: str) -> Answer:
    """What an analysis finds in its worked example: some take a second, and it never changes."""
    row = analyses.ALL[slug]
    return analysed(row, trying.written(row.inputs, row.examples)).answer


@require_http_methods(["GET", "HEAD", "POST"])
def analysis(request: HttpRequest, slug: str) -> HttpResponse:
    """A form that is posted, for tables are too long for an address; nothing is kept."""
    if slug not in analyses.ALL:
        raise Http404("There is no such analysis.")
    row = analyses.ALL[slug]
    form = analysed(row, texts(request.POST) if request.method == "POST" else None)
    return render(
        request,
        "leaderboard/analysis.html",
        {
            "row": row,
            "rest": [part for part in row.doc.split("\n\n")[1:] if part.strip()],
            "mathml": formula_shown(row.mathml),
            "terms": [Term.of(each) for each in row.inputs],
            "trial": form,
            "example": example_of(slug),
            "note": row.examples[0].about,
            "cited": cited(row.sources),
        },
        status=422 if form.error or any(field.error for field in form.fields) else 200,
    )
