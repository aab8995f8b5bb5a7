"""Run a Python module that ends when its parent does: python -m deploy.tied MODULE ARGUMENTS…

The supervisor starts every role through this, so that none outlives it, however it dies.
"""

import os
import signal
import sys

from deploy.processes import tie_to_parent

if __name__ == "__main__":
    tie_to_parent(os.getppid(), signal.SIGTERM)
    os.execv(sys.executable, [sys.executable, "-m", *sys.argv[1:]])
