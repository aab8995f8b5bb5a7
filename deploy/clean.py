"""Remove everything a clone made for itself: python -m deploy.clean"""

import shutil
import sys
from pathlib import Path

from deploy import clone
from deploy.processes import Refused


def main() -> int:
    try:
        with clone.claimed("`make clean`"):
            for path in (clone.VAR, clone.ROOT / ".venv", clone.ROOT / "node_modules"):
                remove(path)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    return 0


def remove(path: Path) -> None:
    if path.is_symlink():
        path.unlink()
    elif path.exists():
        print(f"Removing {path} …", flush=True)
        shutil.rmtree(path)


if __name__ == "__main__":
    sys.exit(main())
