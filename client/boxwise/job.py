"""A job: what it is made of, its files, its life, and what came of it."""

import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal, Unpack, cast

from boxwise import types
from boxwise.errors import NotFound, TransferFailed
from boxwise.files import found_files, multipart, portions
from boxwise.transport import Transport

Action = Literal["start", "pause", "resume", "cancel", "retry"]
Boxes = Literal["suggestions", "labels", "ignore"]
EACH = (0.5, 10.0)  # seconds between two looks at something that is waited for


class Job:
    """One job of a server; every method asks anew."""

    def __init__(self, transport: Transport, slug: str) -> None:
        self.slug, self._transport = slug, transport
        self._at = f"jobs/{slug}"

    def __repr__(self) -> str:
        return f"Job({self.slug!r})"

    # what it is

    def read(self) -> types.WholeJob:
        """Options, counts, state, and what a draft still lacks."""
        return cast(types.WholeJob, self._get(self._at))

    @property
    def state(self) -> str:
        """Draft, running, paused, complete or cancelled."""
        return self.read()["state"]

    def snapshot(self) -> types.Snapshot:
        """What the live page shows."""
        return cast(types.Snapshot, self._get(f"{self._at}/snapshot"))

    def change(self, **options: Unpack[types.PatchedJobChange]) -> types.WholeJob:
        """Change options; those of a running job take effect from its next round."""
        return cast(types.WholeJob, self._transport.call("PATCH", self._at, json=options))

    def classes(self) -> Iterator[types.WholeClass]:
        """Its classes, retired ones too."""
        return self._all(f"{self._at}/classes")

    def add_class(self, **given: Unpack[types.NewClass]) -> types.WholeClass:
        """A class; its `index` is the `class_id` of boxes."""
        return cast(types.WholeClass, self._post(f"{self._at}/classes", given))

    def change_class(
        self, index: int, **given: Unpack[types.PatchedClassChange]
    ) -> types.WholeClass:
        """Rename or retire a class."""
        answer = self._transport.call("PATCH", f"{self._at}/classes/{index}", json=given)
        return cast(types.WholeClass, answer)

    def members(self) -> Iterator[types.OneMember]:
        """Who works on it."""
        return self._all(f"{self._at}/members")

    def add_member(self, **given: Unpack[types.NewMember]) -> types.OneMember:
        """Somebody with an account, by user name."""
        return cast(types.OneMember, self._post(f"{self._at}/members", given))

    def remove_member(self, number: int) -> None:
        """What they hold goes to others."""
        self._transport.call("DELETE", f"{self._at}/members/{number}")

    # its life

    def start(self) -> types.WholeJob:
        """Open the first round."""
        return self._act("start")

    def pause(self) -> types.WholeJob:
        """Nothing new is assigned."""
        return self._act("pause")

    def resume(self) -> types.WholeJob:
        """Go on."""
        return self._act("resume")

    def cancel(self) -> types.WholeJob:
        """End it for good; labels are kept."""
        return self._act("cancel")

    def retry(self) -> types.WholeJob:
        """Queue failed steps again."""
        return self._act("retry")

    def copy(self) -> "Job":
        """A draft with the same options, classes, members and images."""
        return Job(self._transport, self._post(f"{self._at}/copy", {})["slug"])

    def wait(self, *states: str, timeout: float | None = None) -> types.WholeJob:
        """The job once it is in one of these states (complete or cancelled if none is named)."""
        wanted = states or ("complete", "cancelled")
        for _ in _looks(timeout, f"{self.slug} is not {' or '.join(wanted)}"):
            found = self.read()
            if found["state"] in wanted:
                return found
        raise AssertionError  # _looks ends by raising TimeoutError

    # files

    def upload(
        self, paths: Iterable[str | Path], boxes: Boxes = "suggestions", *, wait: bool = True
    ) -> list[types.Transfer]:
        """Send pictures, annotation files, folders and zip archives, and import them.

        `boxes`: what becomes of annotations that come along. Without `wait` the imports go on by
        themselves.
        """
        files = [file for path in paths for file in found_files(Path(path))]
        started = []
        if plain := [file for file in files if file.suffix.lower() != ".zip"]:
            upload = uuid.uuid4().hex
            for number, part in enumerate(portions(plain)):
                self._transport.call(
                    "PUT",
                    f"{self._at}/uploads/{upload}/{number}",
                    body=partial(multipart, part, {}),
                )
            started.append(self._post(f"{self._at}/imports", {"upload": upload, "boxes": boxes}))
        for archive in (file for file in files if file.suffix.lower() == ".zip"):
            made = self._transport.call(
                "POST",
                f"{self._at}/uploads",
                body=partial(multipart, [archive], {"boxes": boxes}),
            )
            started.append(made)
        return [self.finished("imports", row) if wait else row for row in started]

    def import_folder(
        self, folder: str, boxes: Boxes = "suggestions", *, wait: bool = True
    ) -> types.Transfer:
        """Import a folder that lies below the server's import folder."""
        row = self._post(f"{self._at}/imports", {"folder": folder, "boxes": boxes})
        return self.finished("imports", row) if wait else cast(types.Transfer, row)

    def imports(self) -> Iterator[types.Transfer]:
        """All imports, with progress and report."""
        return self._all(f"{self._at}/imports")

    def export(
        self, format: str, path: str | Path, timeout: float | None = None, **options: Any
    ) -> Path:
        """Write the labels as they stand, or the `detector`; wait, and fetch the file to `path`.

        Options: images, split, source, round, classes, unlabelled.
        """
        row = self._post(f"{self._at}/exports", {"format": format, **options})
        self.finished("exports", row, timeout)
        self._transport.download(f"exports/{row['id']}/file", Path(path))
        return Path(path)

    def release(
        self, note: str = "", split: Sequence[int] | None = None, timeout: float | None = None
    ) -> types.OneRelease:
        """Make the next release and wait for it; `split`: percent of train, val and test."""
        asked: dict[str, Any] = {"note": note}
        if split is not None:
            asked["split"] = list(split)
        row = self._post(f"{self._at}/releases", asked)
        made = self.finished("transfers", row, timeout)["release"]
        return cast(types.OneRelease, self._get(f"releases/{made}"))

    def releases(self) -> Iterator[types.OneRelease]:
        """Its releases, the first one first."""
        return self._all(f"{self._at}/releases")

    def release_file(self, number: int, path: str | Path) -> Path:
        """Fetch the zip of the release with this number, which verify_release reads."""
        found = next((one for one in self.releases() if one["number"] == number), None)
        if found is None:
            raise NotFound(f"{self.slug} has no release {number}.")
        self._transport.download(f"releases/{found['id']}/file", Path(path))
        return Path(path)

    def finished(
        self,
        kind: Literal["imports", "exports", "transfers"],
        row: types.Transfer,
        timeout: float | None = None,
    ) -> types.Transfer:
        """The transfer once it is finished; raises TransferFailed with its error."""
        for _ in _looks(timeout, f"{kind} {row['id']} is not finished"):
            found = cast(types.Transfer, self._get(f"{kind}/{row['id']}"))
            if found["state"] == "finished":
                return found
            if found["state"] == "failed":
                raise TransferFailed(found["error"], code="transfer_failed")
        raise AssertionError  # _looks ends by raising TimeoutError

    # what came of it

    def images(self, **filters: Any) -> Iterator[types.WholeImage]:
        """Its images; by state, split, name, source, round."""
        return self._all(f"{self._at}/images", filters)

    def labels(self, **filters: Any) -> Iterator[types.WholeLabel]:
        """The labels that hold; by source, round, image."""
        return self._all(f"{self._at}/labels", filters)

    def predictions(self, **filters: Any) -> Iterator[types.OnePrediction]:
        """What detectors saw in labelled images; by round, image."""
        return self._all(f"{self._at}/predictions", filters)

    def rounds(self) -> Iterator[types.OneRound]:
        """Its rounds with their stages and steps."""
        return self._all(f"{self._at}/rounds")

    def audits(self, **filters: Any) -> Iterator[types.OneAudit]:
        """Checks of auto-labels; by kind, round."""
        return self._all(f"{self._at}/audits", filters)

    def certificates(self) -> Iterator[types.OneCertificate]:
        """What closing rounds ended with."""
        return self._all(f"{self._at}/certificates")

    def certificate(self, number: int, path: str | Path) -> Path:
        """Fetch a certificate's document, which verify_certificate reads."""
        self._transport.download(f"certificates/{number}/document", Path(path))
        return Path(path)

    def picture(self, image: int, path: str | Path) -> Path:
        """Fetch an image as people see it, in full size."""
        self._transport.download(f"images/{image}/file", Path(path))
        return Path(path)

    def events(self, after: int = 0, **filters: Any) -> Iterator[types.OneEvent]:
        """What happened since the event of this number, oldest first."""
        return self._all(f"{self._at}/events", {"after": after, **filters})

    def webhooks(self) -> Iterator[types.OneWebhook]:
        """The addresses that are told of its events."""
        return self._all(f"{self._at}/webhooks")

    def add_webhook(self, **given: Unpack[types.NewWebhook]) -> types.MadeWebhook:
        """Tell an address of these events; the answer has its secret, once."""
        return cast(types.MadeWebhook, self._post(f"{self._at}/webhooks", given))

    def remove_webhook(self, number: int) -> None:
        """Tell it no more."""
        self._transport.call("DELETE", f"webhooks/{number}")

    def _get(self, path: str) -> Any:
        return self._transport.call("GET", path)

    def _post(self, path: str, given: Mapping[str, Any]) -> Any:
        return self._transport.call("POST", path, json=given)

    def _act(self, action: Action) -> types.WholeJob:
        return cast(types.WholeJob, self._post(f"{self._at}/actions", {"action": action}))

    def _all(self, path: str, filters: Mapping[str, Any] | None = None) -> Iterator[Any]:
        return self._transport.items(path, filters or {})


def _looks(timeout: float | None, trouble: str) -> Iterator[None]:
    """When to look again, ever more seldom; raises TimeoutError when the time is up."""
    pause, most = EACH
    began = time.monotonic()
    while timeout is None or time.monotonic() - began < timeout:
        yield
        time.sleep(pause)
        pause = min(most, pause * 1.5)
    raise TimeoutError(f"After {timeout:g} seconds {trouble}.")
