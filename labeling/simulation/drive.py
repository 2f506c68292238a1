"""Lets simulated annotators and reviewers work a job until it is complete."""

import hashlib
import logging
import threading
import time
from collections.abc import Callable

import numpy as np
import requests

from labeling.kernel.boxes import Box, without_scores
from labeling.reports.progress import RoundNow
from labeling.simulation.client import Client
from labeling.simulation.crowd import OPEN, VERIFY, Person

log = logging.getLogger(__name__)
Truth = Callable[[str], list[Box]]
IDLE = 2.0
STILL_MINUTES = 10


class Stalled(RuntimeError):
    """Nothing has moved for too long."""


class Drive:
    """The people of one rehearsal, a thread each."""

    def __init__(self, url: str, slug: str, truth: Truth, speed: float, classes: int) -> None:
        self.url, self.slug, self.truth = url, slug, truth
        self.speed, self.classes = speed, classes
        self.done = threading.Event()
        self.threads: list[threading.Thread] = []

    def annotator(self, username: str, password: str, seed: int) -> None:
        """Add someone who draws."""
        self._start(self._annotate, username, password, Person(np.random.default_rng(seed)))

    def reviewer(self, username: str, password: str, seed: int) -> None:
        """Add someone who checks."""
        person = Person.reviewer(np.random.default_rng(seed))
        self._start(self._review, username, password, person)

    def _start(
        self, work: Callable[[Client, Person], None], username: str, password: str, person: Person
    ) -> None:
        client = Client(self.url, username, password)
        thread = threading.Thread(target=self._guarded, args=(work, client, person), daemon=True)
        self.threads.append(thread)
        thread.start()

    def _guarded(
        self, work: Callable[[Client, Person], None], client: Client, person: Person
    ) -> None:
        """Go on after what a real person would shrug at: a busy or restarting server."""
        while not self.done.is_set():
            try:
                work(client, person)
            except requests.HTTPError as error:
                log.warning("%s", error)
            except requests.RequestException as error:
                log.info("the server is away: %s", error)
            self.done.wait(IDLE)

    def _pause(self, seconds: float) -> None:
        if self.speed:
            self.done.wait(seconds / self.speed)

    def _annotate(self, client: Client, person: Person) -> None:
        """Claim and answer until nothing is left for now."""
        claim = f"/api/jobs/{self.slug}/assignments/claim"
        queue = client.call("POST", claim, {"count": 2})["assignments"]
        while queue and not self.done.is_set():
            assignment = queue.pop(0)
            image = assignment["image"]
            size, truth = (image["width"], image["height"]), self.truth(image["name"])
            client.picture(image["url"])
            if assignment["prelabelled"] or assignment["suggested"]:
                boxes, seconds = person.correct(assignment["suggested"], truth, size)
            else:
                boxes, seconds = person.draw(truth, size, self.classes)
            self._pause(seconds)
            reply = client.call(
                "PUT",
                f"/api/assignments/{assignment['id']}/answer",
                {
                    "version": 1,
                    "boxes": without_scores(boxes),
                    "active_ms": int(seconds * 1000),
                    "hold": [s["id"] for s in queue],
                },
            )
            queue += reply["next"]

    def _review(self, client: Client, person: Person) -> None:
        """Claim audits and judge them until nothing is left for now."""
        claimed = client.call("POST", f"/api/jobs/{self.slug}/audits/claim", {"count": 2})
        if plan := claimed["order"]["plan"]:
            # the same whoever is first, so that a rehearsal repeats itself
            nonce = hashlib.sha256(self.slug.encode()).hexdigest()
            address = f"/api/jobs/{self.slug}/audits/nonce"
            client.call("POST", address, {"plan": plan, "nonce": nonce})
            return
        queue = claimed["audits"]
        while queue and not self.done.is_set():
            audit = queue.pop(0)
            image = audit["image"]
            size, truth = (image["width"], image["height"]), self.truth(image["name"])
            client.picture(image["url"])
            if audit["blind"]:
                drawn, revealed, seconds = audit["drawn"], audit["revealed"], 0.0
                if drawn is None:  # else it was stored before the server or the network went away
                    drawn, seconds = person.draw(truth, size, self.classes)
                    address = f"/api/audits/{audit['id']}/drawing"
                    revealed = client.call("PUT", address, {"boxes": drawn})["revealed"]
                boxes, more = person.compare(drawn, revealed, truth)
                verdict, seconds = "corrected", seconds + more
            else:
                boxes, seconds = person.correct(audit["boxes"], truth, size)
                same = without_scores(boxes) == without_scores(audit["boxes"])
                verdict = "approved" if same else "corrected"
                seconds = OPEN + VERIFY if same else seconds
            self._pause(seconds)
            reply = client.call(
                "PUT",
                f"/api/audits/{audit['id']}/verdict",
                {
                    "verdict": verdict,
                    "boxes": without_scores(boxes),
                    "active_ms": int(seconds * 1000),
                    "hold": [a["id"] for a in queue],
                },
            )
            queue += reply["next"]

    def until_complete(self, manager: Client, monitoring_left: Callable[[], int]) -> None:
        """Wait for the job's end; raises Stalled when nothing moves for 10 minutes.

        The reviewers' watch of accepted images goes on after the last label; it is waited for.
        """
        before, since = None, time.monotonic()
        while True:
            try:
                state = manager.call("GET", f"/api/jobs/{self.slug}/snapshot")
            except requests.RequestException:
                state = None
            if state is not None:
                left = monitoring_left() if state["job"]["state"] == "complete" else 0
                if state["job"]["state"] in ("complete", "cancelled") and not left:
                    break
                now = (state["counts"], state["round"] and _moving(state["round"]), left)
                if now != before:
                    before, since = now, time.monotonic()
            if time.monotonic() - since > STILL_MINUTES * 60:
                self.done.set()
                raise Stalled(f"Nothing has moved for {STILL_MINUTES} minutes: {before}")
            time.sleep(1)
        self.done.set()
        for thread in self.threads:
            thread.join(5)


def _moving(round: RoundNow) -> tuple[int | str, ...]:
    return round["number"], round["state"], round["done"], round["total"], round["attempts"]
