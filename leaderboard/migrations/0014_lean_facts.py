"""What follows from an entry's numbers stands with its estimates, no longer with each run.

The estimates that there are learn their recipes from the runs. Those that different runs gave
together had none; they come back, and all others are worked out by the entry, by the rederivation
that is ordered here and done by the workers.
"""

from django.db import migrations, models
from django.db.models import Q

FROM_RUNS = """
    UPDATE leaderboard_estimate e SET recipe = derived.recipe
    FROM (
        SELECT r.entry_id, m.metric, max(m.recipe) AS recipe
        FROM leaderboard_measurement m
        JOIN leaderboard_run r ON r.id = m.run_id AND r.replaced_by_id IS NULL
        JOIN leaderboard_submission s ON s.id = r.submission_id AND s.state = 'PUBLISHED'
        GROUP BY r.entry_id, m.metric
        HAVING bool_and(m.recipe <> '')
    ) derived
    WHERE e.entry_id = derived.entry_id AND e.metric = derived.metric
"""
WITHOUT_RUNS = "DELETE FROM leaderboard_estimate WHERE runs = 0"
DERIVED = "DELETE FROM leaderboard_measurement WHERE recipe <> ''"
ORDER = """
    WITH sizes AS (
        SELECT entry_id, count(*) AS runs FROM leaderboard_run GROUP BY entry_id
    ), made AS (
        INSERT INTO leaderboard_rederivation
            (metric, recipes, ordered_at, entries, given_up, moved)
        SELECT '', '[]', now(), count(*), 0, '{}' FROM sizes HAVING count(*) > 0
        ON CONFLICT DO NOTHING
        RETURNING id
    ), parts AS (
        SELECT entry_id, div(sum(runs) OVER (ORDER BY entry_id) - 1, 5000) AS part FROM sizes
    )
    INSERT INTO leaderboard_rederivationbatch
        (rederivation_id, first_entry, last_entry, attempts, moved)
    SELECT made.id, min(entry_id), max(entry_id), 0, '{}' FROM made, parts GROUP BY made.id, part
"""


class Migration(migrations.Migration):
    dependencies = [("leaderboard", "0013_sharing")]

    operations = [
        migrations.AddField(
            "estimate", "recipe", models.CharField(blank=True, default="", max_length=60), False
        ),
        migrations.RunSQL(
            [
                "DELETE FROM leaderboard_rederivationbatch",
                "DELETE FROM leaderboard_rederivation WHERE finished_at IS NULL",
                FROM_RUNS,
                WITHOUT_RUNS,
                DERIVED,
                ORDER,
            ],
            # The runs of older code get their numbers back from `manage.py rederive`.
            migrations.RunSQL.noop,
        ),
        migrations.RemoveConstraint("measurement", "measurement_written_or_derived"),
        migrations.RemoveField("measurement", "recipe"),
        migrations.AlterField("measurement", "raw_value", models.CharField(max_length=60)),
        migrations.AlterField("measurement", "raw_unit", models.CharField(max_length=40)),
        migrations.AddConstraint(
            "measurement",
            models.CheckConstraint(
                condition=~Q(raw_value="") & ~Q(raw_unit=""), name="measurement_is_written"
            ),
        ),
    ]
