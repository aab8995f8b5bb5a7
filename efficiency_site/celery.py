"""The Celery app. Settings are in `settings.py`, prefix CELERY_."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "efficiency_site.settings")

app = Celery("efficiency_site")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
