"""Bring database and static files up to date: python -m deploy.prepare

One process for all of it: loading Django thrice would take a few seconds.
"""

import hashlib
import os
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "efficiency_site.settings")
    django.setup()
    say("Database tables")
    call_command("migrate", interactive=False, verbosity=0)
    say("Reference data")
    call_command("load_reference")
    collect_static_files()


def say(step: str) -> None:
    print(f"{step} …", flush=True)


def collect_static_files() -> None:
    """Collect static files unless nothing changed: compressing them takes many seconds."""
    stamp = settings.VAR_DIR / "run" / "static-files"
    wanted = f"{settings.STATIC_ROOT} {static_sources()}"
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    if manifest.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    say("Static files")
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)


def static_sources() -> str:
    """A digest of names, sizes and times of all files that would be collected."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\0".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
