from django.apps import AppConfig

# Loading the module registers its checks.
from ingest import checks as checks


class IngestConfig(AppConfig):
    """From a file to facts. Has no tables."""

    name = "ingest"
