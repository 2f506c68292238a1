"""The data folder and threads of a test run, set before anything reads them (pytest's `-p`)."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# A conftest comes too late: pytest-django has read the settings by then, and what is not told
# otherwise would land in the real data folder.
os.environ["LABELING_DATA"] = tempfile.mkdtemp(prefix="boxwise-tests-")
os.environ.setdefault("MLASSIST_WEIGHTS", "none")
os.environ.setdefault("LOG_LEVEL", "WARNING")
# Two test processes share the cores: with a thread per core torch's threads wait for each other
# (the demo's rehearsal took 2 to 3 times as long).
os.environ.setdefault("OMP_NUM_THREADS", "1")

atexit.register(shutil.rmtree, os.environ["LABELING_DATA"], ignore_errors=True)
# as collectstatic would: the server's entry looks for the folder when it is imported
Path(os.environ["LABELING_DATA"], "static").mkdir()
