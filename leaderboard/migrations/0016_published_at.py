from django.db import migrations, models

# A withdrawal had overwritten when numbers came to count: then when their file was received.
FILL_SQL = """
    UPDATE leaderboard_submission s
    SET published_at = CASE WHEN state = 'WITHDRAWN' THEN received_at ELSE decided_at END
    WHERE state IN ('PUBLISHED', 'SUPERSEDED')
       OR state = 'WITHDRAWN'
          AND EXISTS (SELECT 1 FROM leaderboard_run r WHERE r.submission_id = s.id)
"""


class Migration(migrations.Migration):
    # The update leaves events of foreign keys behind, beside which no index can be made.
    atomic = False

    dependencies = [
        ("leaderboard", "0015_fewer_triggers"),
    ]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="published_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunSQL(FILL_SQL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(
                condition=models.Q(("published_at__isnull", False)),
                fields=["-published_at", "-id"],
                name="submission_published",
            ),
        ),
    ]
