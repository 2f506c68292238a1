"""Jobs, images, people's answers, labels and rounds. Knows no machine learning and no browser."""

import sys

# Every entry (web, worker, command, test) imports this package before Django. Many Python builds
# carry a SQLite whose WAL mode can corrupt a database that two processes write (all before 3.51.3);
# pysqlite3 brings a fixed library. checks.py refuses to start where neither is new enough.
try:
    import pysqlite3
    import pysqlite3.dbapi2
except ImportError:
    pass
else:
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
