"""The installation: settings, addresses, the Celery app."""

from efficiency_site.celery import app as celery_app

__all__ = ["celery_app"]
