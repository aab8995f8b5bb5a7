"""What a reader asks of the sources and the claims: each choice, its rows, and what it would leave.

Pages and API share it. The parameters:

    sources   q= kind= role= category= collection= year_from= year_to=
    claims    q= topic= technique= kind= bound= contradicted= year_from= year_to=
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from django.db.models import Case, Count, F, Func, IntegerField, Q, QuerySet, When
from django.http import QueryDict

from leaderboard.core import claims, techniques
from leaderboard.models import Claim, Source

MOST_WORDS, LONGEST = 6, 100
YEARS = ("year_from", "year_to")


def holding(rows: QuerySet, words: Sequence[str], columns: Sequence[str]) -> QuerySet:
    """The rows that hold every word somewhere in these columns."""
    for word in words[:MOST_WORDS]:
        anywhere = Q()
        for column in columns:
            anywhere |= Q(**{f"{column}__icontains": word})
        rows = rows.filter(anywhere)
    return rows


def words_of(text: str) -> tuple[str, ...]:
    """The words of a search, without what no text can hold."""
    return tuple(text.replace("\0", "").strip()[:LONGEST].split()[:MOST_WORDS])


@dataclass(frozen=True)
class Facet:
    """One choice: its values with their names, what each leaves, and how many have each."""

    name: str
    label: str
    choices: Mapping[str, str]
    narrowed: Callable[[QuerySet, str], QuerySet]
    counts: Callable[[QuerySet], Mapping[str, int]]


@dataclass(frozen=True)
class Option:
    """A value of a facet, with how many rows it leaves under the other choices."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Question:
    """What is asked of one table. What it can't use it lists; it never raises."""

    rows: Callable[[], QuerySet]
    columns: tuple[str, ...]
    facets: tuple[Facet, ...]
    year: str = "year"
    chosen: Mapping[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    years: tuple[int | None, int | None] = (None, None)
    ignored: tuple[str, ...] = ()

    def read(self, query: QueryDict, *, beside: Sequence[str] = ("page",)) -> "Question":
        """This question with the choices of an address; `beside` them a page reads these names."""
        ignored: list[str] = []
        chosen: dict[str, str] = {}
        for facet in self.facets:
            value = query.get(facet.name, "")
            if value in facet.choices:
                chosen[facet.name] = value
            elif value:
                ignored.append(f"{facet.name}={value[:40]}")
        asked = YEARS if self.year else ()
        years = tuple(year_in(query.get(name, ""), name, ignored) for name in asked)
        known = {*(facet.name for facet in self.facets), *asked, *beside, "q"}
        ignored += [
            f"{name[:40]}={query.get(name, '')[:40]}: no such parameter"
            for name in query
            if name not in known
        ]
        return self.asked(chosen, query.get("q", ""), years, ignored)

    def asked(self, chosen, text="", years=(None, None), ignored=()) -> "Question":
        """This question with choices that have been checked."""
        return replace(
            self,
            chosen=chosen,
            words=words_of(text),
            years=tuple(years) or (None, None),
            ignored=tuple(ignored),
        )

    @property
    def text(self) -> str:
        return " ".join(self.words)

    @property
    def is_open(self) -> bool:
        """Whether nothing is chosen: everything is shown."""
        return not (self.chosen or self.words or any(self.years))

    def found(self, *, but: str = "") -> QuerySet:
        """The rows that all choices leave, or all but one."""
        rows = holding(self.rows(), self.words, self.columns)
        low, high = self.years
        rows = rows.filter(**{f"{self.year}__gte": low}) if low else rows
        rows = rows.filter(**{f"{self.year}__lte": high}) if high else rows
        for facet in self.facets:
            if facet.name in self.chosen and facet.name != but:
                rows = facet.narrowed(rows, self.chosen[facet.name])
        return rows

    def options(self, name: str) -> list[Option]:
        """The values of a facet that leave something, and the chosen one."""
        facet = next(facet for facet in self.facets if facet.name == name)
        counts, chosen = facet.counts(self.found(but=name)), self.chosen.get(name, "")
        return [
            Option(value, label, counts.get(value, 0), value == chosen)
            for value, label in facet.choices.items()
            if counts.get(value) or value == chosen
        ]

    def all_options(self) -> dict[str, list[Option]]:
        return {facet.name: self.options(facet.name) for facet in self.facets}


def year_in(text: str, name: str, ignored: list[str]) -> int | None:
    """A year, or None, and then a text that is none is told."""
    if text.isascii() and text.isdigit() and len(text) == 4:
        return int(text)
    if text:
        ignored.append(f"{name}={text[:40]}")
    return None


def by_column(column: str) -> Callable[[QuerySet], dict[str, int]]:
    """How many rows have each value of a column."""

    def counts(rows: QuerySet) -> dict[str, int]:
        found = rows.order_by().values(column).annotate(rows=Count("pk", distinct=True))
        return {row[column]: row["rows"] for row in found}

    return counts


# Sources

LITERATURE, FACTS = "literature", "facts"
ROLES = {
    "method": "technique with results",
    "analysis": "analysis",
    "metric": "metric or cost model",
    "survey": "survey",
    "dataset": "data set or benchmark",
    "peripheral": "neighbouring field",
}
GROUPS = {
    "Model and training": (
        "moe small-models pretraining training-recipe data-efficiency peft distillation "
        "reinforcement-learning compression quantization nas"
    ),
    "Inference and systems": (
        "serving parallelism offloading memory-optimization kv-cache caching sparse-attention "
        "speculative-decoding early-exit token-pruning heterogeneous-hardware scheduling "
        "long-context"
    ),
    "Reasoning and agents": (
        "test-time-scaling reasoning-length agents multi-agent tool-use planning routing"
    ),
    "Measurement": (
        "metrics benchmarking evaluation dataset energy cost footprint pareto prediction "
        "scaling-laws model-selection ranking annotation"
    ),
    "Task or domain": (
        "retrieval text-to-sql code-generation multilingual vision video robustness optimization "
        "survey other-domain"
    ),
}
SHORT_FOR = {"moe": "mixture of experts", "peft": "parameter-efficient fine-tuning"}
SHORT_FOR |= {"nas": "architecture search", "kv-cache": "key-value cache"}
CATEGORIES = {
    term: SHORT_FOR.get(term, term if term == "text-to-sql" else term.replace("-", " "))
    for terms in GROUPS.values()
    for term in terms.split()
}


def in_collection(rows: QuerySet, value: str) -> QuerySet:
    return rows.exclude(role="") if value == LITERATURE else rows.filter(role="")


def collections_counted(rows: QuerySet) -> dict[str, int]:
    return rows.order_by().aggregate(
        **{LITERATURE: Count("pk", filter=~Q(role="")), FACTS: Count("pk", filter=Q(role=""))}
    )


def categories_counted(rows: QuerySet) -> Counter[str]:
    """How many sources have each category; one source may have several."""
    each = rows.order_by().annotate(category=Func(F("categories"), function="unnest"))
    return Counter(each.values_list("category", flat=True))


SOURCES = Question(
    Source.objects.all,
    ("title", "summary", "slug", "doi", "arxiv"),
    (
        Facet(
            "collection",
            "Collection",
            {LITERATURE: "literature", FACTS: "origins of our facts"},
            in_collection,
            collections_counted,
        ),
        Facet(
            "kind",
            "Kind",
            {value: str(label).lower() for value, label in Source.Kind.choices},
            lambda rows, value: rows.filter(kind=value),
            by_column("kind"),
        ),
        Facet(
            "role",
            "What it offers",
            ROLES,
            lambda rows, value: rows.filter(role=value),
            by_column("role"),
        ),
        Facet(
            "category",
            "About",
            CATEGORIES,
            lambda rows, value: rows.filter(categories__contains=[value]),
            categories_counted,
        ),
    ),
)


# Claims


def held(topic: claims.Topic) -> Q:
    asked = Q(quantity__in=topic.quantities)
    return asked | Q(quantity__startswith=topic.prefix) if topic.prefix else asked


def about(rows: QuerySet, topic: claims.Topic) -> QuerySet:
    """The claims whose quantity belongs to a topic, and to none before it."""
    for before in takewhile(lambda other: other != topic, claims.TOPICS):
        rows = rows.exclude(held(before))
    return rows if topic == claims.OTHER else rows.filter(held(topic))


def topics_counted(rows: QuerySet) -> Counter[str]:
    counts: Counter[str] = Counter()
    for quantity, number in by_column("quantity")(rows).items():
        counts[claims.topic_of(quantity).slug] += number
    return counts


def techniques_counted(rows: QuerySet) -> dict[str, int]:
    return {slug_of(value): number for value, number in by_column("technique")(rows).items()}


def slug_of(technique: str) -> str:
    """A kind of techniques in an address."""
    known = techniques.BY_VALUE.get(technique)
    return known.slug if known else techniques.UNSORTED


def of_technique(rows: QuerySet, slug: str) -> QuerySet:
    known = techniques.BY_SLUG.get(slug)
    return rows.filter(technique=known.value if known else "")


BOUNDS = {
    "upper": Q(is_upper_bound=True),
    "lower": Q(is_lower_bound=True),
    "none": Q(is_upper_bound=False, is_lower_bound=False),
}

CLAIMS = Question(
    lambda: Claim.objects.select_related("source"),
    (
        "subject",
        "quantity",
        "baseline",
        "task",
        "model",
        "hardware",
        "note",
        "source__title",
        "source__slug",
    ),
    (
        Facet(
            "topic",
            "Quantity",
            {slug: topic.label for slug, topic in claims.BY_SLUG.items()},
            lambda rows, value: about(rows, claims.BY_SLUG[value]),
            topics_counted,
        ),
        Facet(
            "technique",
            "Technique",
            {kind.slug: kind.label for kind in techniques.KINDS}
            | {techniques.UNSORTED: techniques.NONE.label.lower()},
            of_technique,
            techniques_counted,
        ),
        Facet(
            "kind",
            "Said as",
            {
                "ABSOLUTE": "level or difference",
                "CHANGE": "change in per cent",
                "RATIO": "factor or share",
                "RANGE": "range",
            },
            lambda rows, value: rows.filter(kind=value),
            by_column("kind"),
        ),
        Facet(
            "bound",
            "Bound",
            {"upper": "“up to”", "lower": "“at least”", "none": "no bound"},
            lambda rows, value: rows.filter(BOUNDS[value]),
            lambda rows: rows.order_by().aggregate(
                **{value: Count("pk", filter=asked) for value, asked in BOUNDS.items()}
            ),
        ),
        Facet(
            "contradicted",
            "Contradicts its own numbers",
            {"yes": "contradicted by its own paper"},
            lambda rows, value: rows.exclude(contradiction=""),
            lambda rows: {"yes": rows.exclude(contradiction="").count()},
        ),
    ),
    year="source__year",
)


def in_order(rows: QuerySet) -> QuerySet:
    """Claims as they are read: by technique, the newest paper first, as its abstract has them."""
    places = [When(technique=kind.value, then=at) for at, kind in enumerate(techniques.KINDS)]
    place = Case(*places, default=len(places), output_field=IntegerField())
    newest = F("source__year").desc(nulls_last=True)
    return rows.order_by(place, newest, "source__slug", "position")
