"""The data folder of a test run, set before Django reads its settings (pytest's `-p`)."""

import os
import tempfile
from pathlib import Path

# A conftest comes too late: pytest-django has read the settings by then, and what is not told
# otherwise would land in the real data folder.
os.environ["LABELING_DATA"] = tempfile.mkdtemp(prefix="boxwise-tests-")
os.environ.setdefault("MLASSIST_WEIGHTS", "none")
os.environ.setdefault("LOG_LEVEL", "WARNING")

# as collectstatic would: the server's entry looks for the folder when it is imported
Path(os.environ["LABELING_DATA"], "static").mkdir()
