from django.apps import AppConfig


class IngestConfig(AppConfig):
    """From a file to facts. Has no tables."""

    name = "ingest"
