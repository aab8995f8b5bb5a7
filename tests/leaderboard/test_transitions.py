"""Why a frontier moved: each reason by a story of its own, and all moves against brute force."""

import random
from datetime import timedelta

import pytest

from leaderboard import estimates, frontiers
from leaderboard.core import metrics
from leaderboard.models import Entry, Objective, Run, Submission
from leaderboard.transitions import Transition
from tests.builders import NOW, make_board, make_entry, make_run, make_submission, refresh
from tests.oracles import dominates, live

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


class Site:
    """A board whose clock goes on an hour with each thing that happens."""

    def __init__(self, *objectives: str, **overrides):
        self.board, self.at = make_board(*objectives, **overrides), NOW

    def submission(self, **overrides) -> Submission:
        self.at += HOUR
        summary = {"tasks": [self.board.task.slug]} | overrides.pop("summary", {})
        times = {"received_at": self.at, "decided_at": self.at}
        return make_submission(summary=summary, **times, **overrides)

    def entry(self, **values):
        return make_entry(self.board, submission=self.submission(), **values)

    def withdraw(self, entry) -> None:
        self.at += HOUR
        for taken in Submission.objects.filter(runs__entry=entry):
            taken.state, taken.decided_at = Submission.State.WITHDRAWN, self.at
            taken.summary["reason"] = "A slip"
            taken.save()
        estimates.refresh([entry.pk])

    def replace(self, entry, **values) -> Submission:
        later = self.submission(reason="correction", summary={"fates": {"replaces": 1}})
        new = make_run(entry, submission=later, **values)
        Run.objects.filter(entry=entry).exclude(pk=new.pk).update(replaced_by=new)
        estimates.refresh([entry.pk])
        return later

    def publish(self) -> Transition:
        self.at += HOUR
        self.board = refresh(self.board, at=self.at)
        return Transition(self.board.frontiers.get(number=self.board.latest))


def told(moves):
    return [(move.entry, move.why, move.by) for move in moves]


def test_a_new_result_enters_and_what_it_dominates_leaves_because_of_it():
    site = Site()
    old = site.entry(quality=0.5, energy=10)
    site.publish()
    better = site.entry(quality=0.6, energy=5)

    step = site.publish()

    assert told(step.entered) == [(better.pk, "new_result", ())]
    assert told(step.left) == [(old.pk, "dominated", (better.pk,))]
    brought = Submission.objects.get(runs__entry=better)
    assert [step.entered[0].submission, step.left[0].submission] == [brought, brought]
    assert (step.left[0].layer_before, step.left[0].layer_after) == (1, 2)


def test_a_withdrawal_takes_an_entry_out_and_lets_others_rise():
    site = Site()
    hidden = site.entry(quality=0.5, energy=10)
    best = site.entry(quality=0.6, energy=5)
    site.publish()
    site.withdraw(best)

    step = site.publish()

    assert told(step.left) == [(best.pk, "withdrawn", ())]
    assert told(step.entered) == [(hidden.pk, "dominator_gone", (best.pk,))]
    assert step.entered[0].submission == Submission.objects.get(runs__entry=best)


def test_a_correction_tells_the_values_then_and_now():
    site = Site()
    wrong = site.entry(quality=0.6, energy=5)
    other = site.entry(quality=0.55, energy=8)
    site.publish()
    later = site.replace(wrong, quality=0.5, node_energy=12)

    step = site.publish()

    (left,) = step.left
    assert (left.entry, left.why, left.by, left.submission) == (
        wrong.pk,
        "numbers_changed",
        (other.pk,),
        later,
    )
    assert [(one.metric.slug, one.before, one.after) for one in left.shifts] == [
        ("quality", 0.6, 0.5),
        ("node_energy", 5.0, 12.0),
    ]
    assert told(step.entered) == [(other.pk, "dominator_gone", (wrong.pk,))]


def test_numbers_that_change_without_a_move_are_told_apart():
    site = Site()
    entry = site.entry(quality=0.6, energy=5)
    site.publish()
    site.replace(entry, quality=0.6, node_energy=4)

    step = site.publish()

    assert (step.entered, step.left) == ([], [])
    assert told(step.renewed) == [(entry.pk, "numbers_changed", ())]


def test_an_entry_whose_last_run_went_to_another_entry_was_superseded():
    site = Site()
    old = site.entry(quality=0.6, energy=5)
    site.publish()
    later = site.submission(reason="correction")
    other = make_entry(site.board, submission=later, quality=0.4, energy=1)
    Run.objects.filter(entry=old).update(replaced_by=Run.objects.get(entry=other))
    estimates.refresh([old.pk])

    step = site.publish()

    assert told(step.left) == [(old.pk, "superseded", ())]
    assert step.left[0].submission == later


def test_other_objectives_are_the_reason_of_all_moves():
    site = Site()
    cheap = site.entry(quality=0.5, energy=10, cost=1)
    site.entry(quality=0.6, energy=5, cost=2)
    site.publish()
    Objective.objects.create(board=site.board, position=2, metric="cost")

    frontiers.refresh(site.board.pk, at=site.at + HOUR, rebuild=True)
    site.board.refresh_from_db()
    step = Transition(site.board.frontiers.get(number=2))

    assert told(step.entered) == [(cheap.pk, "objectives_changed", ())]
    assert not step.is_same_question


def test_the_first_version_opens_the_board():
    site = Site()
    entry = site.entry(quality=0.5, energy=10)

    step = site.publish()

    assert told(step.entered) == [(entry.pk, "opened", ())]


@pytest.mark.parametrize("seed", range(4))
def test_all_moves_and_their_reasons_agree_with_brute_force(seed):
    rng = random.Random(seed)
    site = Site("quality", "node_energy", "cost", depth=rng.randint(1, 3))
    entries: list[Entry] = []
    gone: set[int] = set()
    before: dict[int, tuple[int, list[float]]] = {}
    for _ in range(30):
        action = rng.random()
        if action < 0.7 or len(entries) - len(gone) < 3:
            values = {m: rng.randint(1, 9) / 10 for m in ("quality", "node_energy", "cost")}
            entries.append(site.entry(**values))
        elif action < 0.85:
            chosen = rng.choice([one for one in entries if one.pk not in gone])
            site.withdraw(chosen)
            gone.add(chosen.pk)
        else:
            chosen = rng.choice([one for one in entries if one.pk not in gone])
            site.replace(chosen, quality=rng.random(), node_energy=rng.random(), cost=0.5)
        latest = site.board.latest
        step = site.publish()
        now = live(site.board)
        if site.board.latest == latest:
            continue
        check(step, before, now, gone)
        before = now


def check(step: Transition, before, now, gone) -> None:
    """Hold the moves of a version against its placements: entry → layer and point."""
    first = {entry for entry, (layer, _) in now.items() if layer == 1}
    first_before = {entry for entry, (layer, _) in before.items() if layer == 1}
    directions = [metrics.get(slug).better for slug in step.frontier.objectives]
    assert {move.entry for move in step.entered} == first - first_before
    assert {move.entry for move in step.left} == first_before - first
    assert {move.entry for move in step.renewed} == {
        entry for entry in first & first_before if now[entry] != before[entry]
    }
    if not before:
        return
    for move in [*step.entered, *step.left]:
        assert move.why != "unknown"
        match move.why:
            case "dominated":
                assert all(
                    dominates(now[by][1], before[move.entry][1], directions) for by in move.by
                )
                assert move.entry not in gone
            case "dominator_gone":
                for by in move.by:
                    assert dominates(before[by][1], now[move.entry][1], directions)
                    assert by not in now or not dominates(
                        now[by][1], now[move.entry][1], directions
                    )
            case "withdrawn":
                assert move.entry in gone
            case "numbers_changed":
                assert now[move.entry][1] != before[move.entry][1]
            case "new_result":
                assert move.entry not in before
