"""Bring database and static files up to date: python -m deploy.prepare

One process for all three commands: loading Django thrice would take a few seconds.
"""

import os

import django
from django.core.management import call_command

STEPS = {
    "Database tables": ("migrate", {"interactive": False, "verbosity": 0}),
    "Reference data": ("load_reference", {}),
    "Static files": ("collectstatic", {"interactive": False, "verbosity": 0}),
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "efficiency_site.settings")
    django.setup()
    for step, (command, options) in STEPS.items():
        print(f"{step} …", flush=True)
        call_command(command, **options)


if __name__ == "__main__":
    main()
