"""Rules about numbers that several tables share."""

from django.db import models
from django.db.models import F, Func, Q


class Infinity(Func):
    """PostgreSQL's infinity. NaN sorts above it, so `x < infinity` refuses NaN as well."""

    template = "'%(sign)sInfinity'::float8"
    output_field = models.FloatField()

    def __init__(self, sign: str = ""):
        super().__init__(sign=sign)

    def deconstruct(self):
        return ("leaderboard.models.constraints.Infinity", (self.extra["sign"],), {})


class AllFinite(Func):
    """Whether no number of an array is NaN or infinite."""

    template = "NOT (%(expressions)s && '{NaN,Infinity,-Infinity}'::float8[])"
    output_field = models.BooleanField()


def interval_is_finite_and_ordered(name: str) -> models.CheckConstraint:
    """-∞ < low ≤ value ≤ high < ∞, which in PostgreSQL also refuses NaN."""
    return models.CheckConstraint(
        condition=Q(low__gt=Infinity("-"), low__lte=F("value"))
        & Q(value__lte=F("high"), high__lt=Infinity()),
        name=name,
    )
