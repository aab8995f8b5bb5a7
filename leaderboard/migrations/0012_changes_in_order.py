from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leaderboard", "0011_chances"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="frontier",
            index=models.Index(fields=["-published_at", "-id"], name="frontier_newest"),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(
                condition=models.Q(("state__in", ("PUBLISHED", "SUPERSEDED", "WITHDRAWN"))),
                fields=["-decided_at", "-id"],
                name="submission_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="placement",
            index=models.Index(
                condition=models.Q(("until__isnull", False)),
                fields=["board", "until"],
                name="placement_until",
            ),
        ),
    ]
