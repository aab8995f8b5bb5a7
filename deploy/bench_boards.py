"""One board of very many entries, its pages, and the same rows elsewhere: part of `make bench`."""

import random
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from leaderboard import frontiers
from leaderboard.models import AIModel, Board, Objective, Task

MODELS, METHODS, DEVICES, SENDERS = 500, 20, 60, 40
PRECISIONS = ("bf16", "fp8", "int8", "int4", "fp16", "")
ENGINES = ("vllm", "sglang", "tensorrt-llm", "llama.cpp", "")
METRICS = ("quality", "node_energy", "latency", "throughput", "cost", "material")
RANKED = ("quality", "node_energy")
# What a reader may filter by in the same words on both sides.
FACETS = ("model", "method", "hardware", "vendor", "precision", "engine", "submitter", "year")
CATALOGUE_SQL = (
    """INSERT INTO leaderboard_aimodel (slug, name, aliases, developer, family, parameters_total,
           released, has_open_weights, is_proposed, note)
       SELECT 'bench-model-' || i, 'Model ' || i, '{}', 'Developer ' || i %% 37,
              'Family ' || i %% 80, (1 + i %% 200) * 1e9, (2021 + i %% 6)::text,
              i %% 2 = 0, false, ''
       FROM generate_series(1, %(models)s) i""",
    """INSERT INTO leaderboard_method (slug, name, aliases, kind, summary, is_proposed)
       SELECT 'bench-method-' || i, 'Method ' || i, '{}', 'OTHER', '', false
       FROM generate_series(1, %(methods)s) i""",
    """INSERT INTO leaderboard_hardware (slug, name, aliases, vendor, kind, generic_names, released,
           memory_type, spec_source, spec_check, note)
       SELECT 'bench-device-' || i, 'Device ' || i, '{}', 'Vendor ' || i %% 7, 'GPU', '{}', '', '',
              '', '', ''
       FROM generate_series(1, %(devices)s) i""",
    """INSERT INTO auth_user (username, password, is_superuser, is_staff, is_active, first_name,
           last_name, email, date_joined)
       SELECT 'bench-sender-' || i, '', false, false, true, '', '', '', now()
       FROM generate_series(1, %(senders)s) i""",
    """INSERT INTO leaderboard_submission (public_id, state, publish, is_approved, take,
           on_conflict, reason, filename, sha256, size, format, asked_format, context, context_key,
           submitted_by_id, received_at, summary, issues, effect, attempts, fence)
       SELECT gen_random_uuid(), 'PUBLISHED', 'AUTO', false, 'ALL', 'ERROR', '', 'bench.csv',
              lpad(id::text, 64, '0'), 0, 'efficiency-frontier-csv', '', '{}', '', id, now(), '{}',
              '[]', '{}', 0, 0
       FROM auth_user WHERE username LIKE 'bench-sender-%%'""",
)
ENTRIES_SQL = """
    INSERT INTO leaderboard_entry (task_id, model_id, method_id, hardware_id, device_count,
        settings, settings_key)
    SELECT %(task)s, m.ids[1 + (random() * (%(models)s - 1))::int],
           t.ids[1 + (random() * (%(methods)s - 1))::int],
           h.ids[1 + (random() * (%(devices)s - 1))::int], 1 + i %% 8,
           jsonb_build_object('precision', (%(precisions)s::text[])[1 + (random() * 5)::int],
                              'engine', (%(engines)s::text[])[1 + (random() * 4)::int]),
           lpad(i::text, 16, '0')
    FROM generate_series(1, %(entries)s) i,
         (SELECT array_agg(id) ids FROM leaderboard_aimodel WHERE slug LIKE 'bench-model-%%') m,
         (SELECT array_agg(id) ids FROM leaderboard_method WHERE slug LIKE 'bench-method-%%') t,
         (SELECT array_agg(id) ids FROM leaderboard_hardware WHERE slug LIKE 'bench-device-%%') h
"""
RUNS_SQL = """
    INSERT INTO leaderboard_run (entry_id, submission_id, path, row, measured_on, region, samples,
        external_id, citation)
    SELECT e.id, s.ids[1 + e.id %% array_length(s.ids, 1)], '', e.id, (2023 + e.id %% 4)::text, '',
           NULL, '', ''
    FROM leaderboard_entry e,
         (SELECT array_agg(id) ids FROM leaderboard_submission WHERE filename = 'bench.csv') s
    WHERE e.task_id = %(task)s
"""
# Quality costs energy, with normal noise, so that a frontier has tens of entries as real ones do;
# one in twenty has no cost.
ESTIMATES_SQL = """
    INSERT INTO leaderboard_estimate (entry_id, metric, task_id, origin, value, low, high, runs,
        recipe)
    SELECT id, metric, %(task)s, (id + length(metric)) %% 6, value, value * 0.97, value * 1.03, 1,
           ''
    FROM (SELECT id, metric, CASE metric WHEN 'quality' THEN 0.95 * q
                 WHEN 'node_energy' THEN exp(6 * q
                     + sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))
                 ELSE random() * 100 END AS value
          FROM (SELECT id, random() AS q FROM leaderboard_entry WHERE task_id = %(task)s) e,
               unnest(%(metrics)s::text[]) metric) numbers
    WHERE metric <> 'cost' OR id %% 20 > 0
"""


def board_of(entries: int, slug: str = "bench-board") -> Board:
    """A board of so many random entries with all that a filter can ask for, refreshed."""
    task = Task.objects.create(
        slug=slug,
        name="Bench",
        kind=Task.Kind.ANSWERING,
        functional_unit="one answer",
        unit_noun="answer",
        quality_metric="accuracy",
    )
    board = Board.objects.create(slug=slug, title="Bench", task=task)
    Objective.objects.bulk_create(
        Objective(board=board, position=place, metric=metric) for place, metric in enumerate(RANKED)
    )
    named: dict[str, Any] = {
        "task": task.pk,
        "entries": entries,
        "models": MODELS,
        "methods": METHODS,
        "devices": DEVICES,
        "senders": SENDERS,
        "precisions": list(PRECISIONS),
        "engines": list(ENGINES),
        "metrics": list(METRICS),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        # Boards of one database share the catalogue.
        catalogue = () if AIModel.objects.filter(slug="bench-model-1").exists() else CATALOGUE_SQL
        for statement in (*catalogue, ENTRIES_SQL, RUNS_SQL, ESTIMATES_SQL):
            cursor.execute(statement, named)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    frontiers.refresh(board.pk, at=timezone.now(), rebuild=True)
    board.refresh_from_db()
    return board


def questions(count: int, seed: int) -> Iterator[dict[str, str]]:
    """Filters, an order and a page, as readers choose them."""
    rng = random.Random(seed)
    for _ in range(count):
        asked: dict[str, str] = {}
        for facet in rng.sample(
            ("vendor", "precision", "engine", "method", "year"), rng.randint(0, 2)
        ):
            asked[facet] = {
                "vendor": f"vendor-{rng.randrange(7)}",
                "precision": rng.choice(PRECISIONS[:-1]),
                "engine": rng.choice(("vllm", "sglang", "tensorrt-llm")),
                "method": f"bench-method-{rng.randint(1, METHODS)}",
                "year": str(rng.randint(2023, 2026)),
            }[facet]
        asked["sort"] = rng.choice(("", "-")) + rng.choice(METRICS)
        if rng.random() < 0.5:
            asked["start"] = str(100 * rng.randrange(1, 50) + 1)
        yield asked


def timed(ask: Callable[[], None]) -> float:
    start = time.perf_counter()
    ask()
    return time.perf_counter() - start


def page_of(client: Client, board: Board, asked: dict[str, str]) -> None:
    answer = client.get(f"/boards/{board.slug}/?{urlencode(asked)}")
    if answer.status_code != 200:
        raise SystemExit(f"{asked}: {answer.status_code}")
