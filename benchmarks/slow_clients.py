"""An annotator's cycle while 200 clients stall in their log-in posts and 50 read a file slowly."""

import contextlib
import json
import socket
import sys
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from benchmarks.cycle import Annotator
from benchmarks.figures import Figure, Goal
from benchmarks.workplace import Server, server, workplace
from labeling.simulation.client import Client

POSTS, DOWNLOADS = 200, 50
CYCLES, WARM_UP = 100, 10
PAUSE = 0.05  # seconds between cycles: one person, not a stress test
NAME, PASSWORD = "annotator", "benchmark-only-1"
EXPORT_MB = 20
STALLED_POST = (
    b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\nusername="
)


def prepare() -> None:
    """Runs in a process of its own: a job with a picture per cycle, and a large export of it."""
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from labeling.jobs import classes, setup
    from labeling.kernel.stored_files import media_path
    from labeling.ledger import runner
    from labeling.models import Member, Step, Transfer
    from labeling.rounds import lifecycle
    from labeling.simulation import scenes
    from labeling.transfers import transfers

    images = 2 * (CYCLES + WARM_UP)
    job = setup.create("Slow", None, assist=False, annotators_per_image=1, pilot_size=images)
    for name in scenes.CLASSES:
        classes.add(job, name)
    user = get_user_model().objects.create_user(NAME, password=PASSWORD)
    for role in (Member.Role.ANNOTATOR, Member.Role.MANAGER):
        Member.objects.create(job=job, user=user, role=role)
    folder = media_path("uploads/slow")
    folder.mkdir(parents=True)
    for i in range(images):
        scenes.draw(7, i)[0].save(folder / f"scene-{i:04}.jpg", quality=92)
    runner.run("transfer", transfers.start_import(job, None, "files", f"uploads/{folder.name}").pk)
    lifecycle.start(job, None)
    for step in Step.objects.unfinished().filter(round__job=job):
        runner.run("step", step.pk)
    export = Transfer.objects.create(
        job=job, kind="export", format="coco", file="exports/slow.zip", finished_at=timezone.now()
    )
    path = media_path(export.file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(EXPORT_MB << 20))
    print(json.dumps([job.slug, f"/api/transfers/{export.pk}/file"]))


def measure(annotator: Annotator) -> float:
    """Milliseconds that 95 of 100 cycles stay below."""
    for _ in range(WARM_UP):
        annotator.cycle()
    took = []
    for _ in range(CYCLES):
        began = time.perf_counter()
        if not annotator.cycle():
            raise RuntimeError("no picture was left for this cycle")
        took.append(1000 * (time.perf_counter() - began))
        time.sleep(PAUSE)
    return sorted(took)[int(0.95 * len(took))]


@contextlib.contextmanager
def slow_clients(site: Server, path: str, cookies: str) -> Iterator[None]:
    """Posts that never end, and downloads of which every reader takes 4 KB a second."""
    address = urlsplit(site.url)
    download = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies}\r\n\r\n".encode()
    with contextlib.ExitStack() as open_:
        sockets = []
        for i in range(POSTS + DOWNLOADS):
            client = open_.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(5)
            client.connect((address.hostname, address.port))
            client.sendall(STALLED_POST if i < POSTS else download)
            sockets.append(client)
            time.sleep(0.02 if i >= POSTS else 0)  # one person's downloads, begun one by one
        ended = threading.Event()
        reader = threading.Thread(target=_trickle, args=(sockets, ended))
        reader.start()
        try:
            yield
        finally:
            ended.set()
            reader.join()


def _trickle(sockets: list[socket.socket], ended: threading.Event) -> None:
    """Once a second a byte of every post, and a little of every download."""
    while not ended.wait(1):
        for i, client in enumerate(sockets):
            with contextlib.suppress(OSError):
                if i < POSTS:
                    client.sendall(b"x")
                else:
                    client.recv(4096, socket.MSG_DONTWAIT)


def run() -> Iterator[Figure]:
    """Alone first, then beside the slow clients, in one run of one server."""
    with workplace() as place:
        slug, export = json.loads(place.python("-m", "benchmarks.slow_clients").splitlines()[-1])
        with server(place) as site:
            client = Client(site.url, NAME, PASSWORD)
            annotator = Annotator(client, slug, claims_apart=False)
            quiet = measure(annotator)
            yield Figure("cycle, quiet, 95 of 100 below", quiet, "ms")
            cookies = "; ".join(f"{c.name}={c.value}" for c in client.session.cookies)
            with slow_clients(site, export, cookies):
                beside = measure(annotator)
            yield Figure("cycle beside 250 slow clients, 95 of 100 below", beside, "ms")
            yield Figure("cycle, times as long as quiet", beside / quiet, "", Goal("<=", 3))


if __name__ == "__main__":
    sys.exit(prepare())
