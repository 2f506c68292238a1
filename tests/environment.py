"""The data folder and threads of a test run, set before anything reads them (pytest's `-p`)."""

import atexit
import importlib
import os
import shutil
import sys
import tempfile
from pathlib import Path


def _folder(name: str) -> str:
    """A folder until this process ends, and its address for the processes it starts."""
    os.environ[name] = tempfile.mkdtemp(prefix="boxwise-tests-")
    atexit.register(shutil.rmtree, os.environ[name], ignore_errors=True)
    return os.environ[name]


# A conftest comes too late: pytest-django has read the settings by then, and what is not told
# otherwise would land in the real data folder.
_folder("LABELING_DATA")
os.environ.setdefault("MLASSIST_WEIGHTS", "none")
os.environ.setdefault("LOG_LEVEL", "WARNING")
# The test processes share the cores (three on two, since many tests wait): with a thread per core
# torch's threads wait for each other (the demo's rehearsal took 2 to 3 times as long).
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Hundreds of processes are started: each would compile the product anew where images forbid it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
if "TESTS_PREPARED" not in os.environ:  # of the whole run, not of each of its test processes
    _folder("TESTS_PREPARED")
    atexit.register(lambda: importlib.import_module("tests.services").drop_template())

# as collectstatic would: the server's entry looks for the folder when it is imported
Path(os.environ["LABELING_DATA"], "static").mkdir()
