"""Ends a child with its supervisor, however that one ends: kill -9 leaves nobody to tell it."""

import ctypes
import os
import signal
import sys
import threading
import time

PIPE = "BOXWISE_SUPERVISOR_PIPE"  # number of a pipe's end that closes when the supervisor ends
GRACE = 2.0  # seconds for a worker to give its step back
PR_SET_PDEATHSIG = 1


def end_with_supervisor() -> None:
    """From now on this process is told to stop once its supervisor is gone, and soon killed."""
    number = os.environ.pop(PIPE, "")
    if not number:
        return
    told = sys.platform == "linux"
    if told:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)  # also where threads stand still
    threading.Thread(target=_watch, args=(int(number), told), daemon=True).start()


def _watch(pipe: int, told: bool) -> None:
    """Works everywhere, and for a supervisor that ended before the system was asked to tell."""
    os.read(pipe, 1)
    if not told:
        os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os.kill(os.getpid(), signal.SIGKILL)
