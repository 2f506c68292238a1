"""One web process: uvicorn on the socket that the supervisor listens on."""

import contextlib
import resource
import socket

import uvicorn
from setproctitle import setproctitle

import labeling.asgi  # noqa: F401  first of all: sets up Django
from labeling.server.connections import limited
from labeling.server.supervised import end_with_supervisor

MOST_FILES = 16384
KEPT_BACK = 256  # files that are no connections: the database's, pictures being sent, threads'


def main(listening: socket.socket) -> None:
    """Serve until told to stop."""
    setproctitle("boxwise web server (uvicorn)")
    end_with_supervisor()
    config = uvicorn.Config(
        "labeling.asgi:application",
        http=limited(_most_files() - KEPT_BACK),
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws_max_size=1 << 20,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=5,
    )
    uvicorn.Server(config).run(sockets=[listening])


def _most_files() -> int:
    """How many files this process may open, once raised as far as the machine allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(MOST_FILES, hard) if hard != resource.RLIM_INFINITY else MOST_FILES
    if soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
