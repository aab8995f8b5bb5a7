"""Pytest plugin: a PostgreSQL and a Valkey for the tests, unless the environment names some.

A plugin, named in pyproject.toml, because Django reads its settings before any conftest.py.
"""

import os

import pytest

from deploy import clone
from deploy.embedded import Services
from deploy.processes import Refused


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start the servers and put their addresses where settings and subprocesses look."""
    # Playwright keeps an event loop in the main thread, and Django would refuse to query beside it.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    # Tests run in a fresh clone, where no static files have been collected.
    os.environ["STATICFILES_STORAGE"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    asked = early_config.known_args_namespace
    # Of several processes each has servers of its own; the one that leads them tests nothing.
    leads = bool(getattr(asked, "numprocesses", None)) and "PYTEST_XDIST_WORKER" not in os.environ
    if asked.help or asked.version or leads:
        return
    services = Services(clone.given(), durable=False)
    try:
        services.__enter__()
    except Refused as refused:
        raise pytest.UsageError(str(refused)) from refused
    early_config.add_cleanup(lambda: services.__exit__(None, None, None))
    os.environ.update(services.urls)
