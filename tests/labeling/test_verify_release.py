"""What verify_release says of files: each part forged, and signed again by whoever forged it.

No test here has a database: the command must need none.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from labeling.kernel import signatures
from labeling.transfers.core import release_diff, release_file
from labeling.transfers.core.splits import split_of
from tests import papers
from tests.factories import box
from tests.labeling.conftest import nearly_perfect

KEY, OTHER = "11" * 32, "22" * 32
SHARES = [60, 20, 20]


def line(number: int, boxes: Any, source: str = "human") -> Any:
    """An image of a release."""
    image = f"{number:064x}"
    return {
        **{"image": image, "name": f"{number}.png", "width": 200, "height": 150},
        **{"split": split_of(image, SHARES), "boxes": boxes},
        "source": source if boxes is not None else "",
    }


@dataclass
class Made:
    """A release in the making, of which a test changes any part before or after it is signed."""

    number: int
    lines: list[Any]
    previous: "Made | None" = None
    paper: Any = None
    key: str = KEY
    parts: dict[str, bytes] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)

    def build(self) -> "Made":
        """All parts, as the program makes them."""
        tally, diff = release_file.Tally(SHARES), io.StringIO()
        for one in self.lines:
            tally.add(one)
        before = self.previous
        named: Any = before and {"number": before.number, "digest": before.about["digest"]}
        found = release_diff.changes(before.lines if before else [], self.lines)
        changes = release_diff.write(diff, named, found)
        self.parts = {
            "images.jsonl": "".join(map(release_file.written_line, self.lines)).encode(),
            "diff.json": diff.getvalue().encode(),
            "certificates/round-3.json": json.dumps(self.paper).encode(),
        }
        proof = {
            **{"round": self.paper["about"]["round"], "digest": self.paper["digest"]},
            "file": "certificates/round-3.json",
        }
        self.about = {
            **{"format": release_file.FORMAT, "site": "label.test", "job": "birds"},
            **{"number": self.number, "made_at": "2026-11-30T20:00:00+00:00", "made_by": "mona"},
            **{"note": "", "classes": [{"index": 0, "name": "cat", "retired": False}]},
            "counts": tally.counts(excluded=2, certificates=1, changes=changes),
            **{"split": SHARES, "detector": {"round": 3, "digest": "d" * 64}},
            **{"certificates": [proof], "previous": named},
        }
        return self.sign()

    def sign(self) -> "Made":
        """Name all parts as they are, and sign that."""
        files = {name: hashlib.sha256(part).hexdigest() for name, part in self.parts.items()}
        body: Any = {**self.about, "files": files}
        for name in ("digest", "signature"):
            body.pop(name, None)
        self.about = dict(release_file.sign(body, self.key))
        return self

    def write(self, path: Path, also: Iterable[tuple[str, bytes]] = ()) -> str:
        """The zip."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
            document = release_file.written(self.about)  # type: ignore[arg-type]
            for name, part in (("release.json", document.encode()), *self.parts.items(), *also):
                package.writestr(name, part)
        return str(path)


@pytest.fixture(scope="module")
def certificate() -> Any:
    return papers.make(papers.content(), nearly_perfect, round=3)


@pytest.fixture
def first(certificate) -> Made:
    lines = [line(1, [box()]), line(2, [box(), box(x=90)]), line(3, None), line(5, [])]
    return Made(1, lines, paper=certificate).build()


@pytest.fixture
def second(first, certificate) -> Made:
    lines = [line(1, [box(x=12)]), line(2, [box()], "reviewer"), line(3, [box()]), line(4, None)]
    return Made(2, lines, first, certificate).build()


def refused(path: str, **options: Any) -> str:
    """What the command says of a file that does not hold."""
    with pytest.raises(CommandError) as error:
        call_command("verify_release", path, **options)
    return str(error.value)


def test_a_file_that_holds_is_told_with_what_was_not_checked(first, tmp_path, capsys):
    call_command("verify_release", first.write(tmp_path / "a.zip"))
    told = capsys.readouterr().out
    assert "It holds. Release 1 of birds" in told
    assert "4 images, 3 labelled, 3 boxes." in told
    checked, unchecked = told.split("Not checked:")
    assert "The 4 files in it are those that were signed" in checked
    assert f"whose key has signed it: {signatures.public_key(KEY)} (--key)" in unchecked
    assert f"the file of the detector: its SHA-256 is {'d' * 64}" in unchecked
    assert first.about["digest"] in unchecked


def test_the_one_before_is_needed_for_the_chain_and_the_diff(first, second, tmp_path, capsys):
    paths = first.write(tmp_path / "a.zip"), second.write(tmp_path / "b.zip")
    call_command("verify_release", paths[1])
    assert "the release before it, and the diff to it (--previous)" in capsys.readouterr().out
    call_command("verify_release", paths[1], previous=Path(paths[0]))
    assert "the diff is that of the two" in capsys.readouterr().out
    assert "It is the first release" in refused(paths[0], previous=Path(paths[0]))


def test_only_the_key_that_one_knows_counts(first, tmp_path, capsys):
    path = first.write(tmp_path / "a.zip")
    call_command("verify_release", path, key=signatures.public_key(KEY).upper())
    assert "The key given has signed it." in capsys.readouterr().out
    assert "signed by another key" in refused(path, key=signatures.public_key(OTHER))


@pytest.mark.parametrize("name", ["images.jsonl", "diff.json", "certificates/round-3.json"])
def test_a_part_that_was_changed_is_named(first, tmp_path, name):
    first.parts[name] = first.parts[name].replace(b"1", b"2", 1)
    assert f"{name} was changed: its digest does not match." in refused(first.write(tmp_path / "a"))


@pytest.mark.parametrize("name", ["note", "site", "made_at", "made_by", "job"])
def test_a_document_that_was_changed_is_found(first, tmp_path, name):
    first.about[name] = "forged"
    assert "release.json was changed" in refused(first.write(tmp_path / "a.zip"))


def test_a_signature_of_another_text_is_found(first, second, tmp_path):
    first.about["signature"] = second.about["signature"]
    assert "signature is not that of its key" in refused(first.write(tmp_path / "a.zip"))


def test_parts_that_are_missing_added_or_there_twice_are_found(first, tmp_path):
    path = first.write(tmp_path / "a.zip", [("more.txt", b"x")])
    assert "more.txt is in the zip, and release.json does not name it" in refused(path)
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = first.write(tmp_path / "b.zip", [("images.jsonl", b"")])
    assert "holds a file twice" in refused(path)
    del first.parts["diff.json"]
    assert "diff.json is missing" in refused(first.write(tmp_path / "c.zip"))


def relabel(made: Made) -> None:
    made.parts["images.jsonl"] = made.parts["images.jsonl"].replace(b'"x1":10', b'"x1":11', 1)


def lines_of(change: Callable[[list[Any]], object]) -> Callable[[Made], None]:
    def forge(made: Made) -> None:
        change(made.lines)
        parts = "".join(map(release_file.written_line, made.lines))
        made.parts["images.jsonl"] = parts.encode()

    return forge


def count(name: str) -> Callable[[Made], None]:
    return lambda made: made.about["counts"].update({name: 99})


def diff_without_its_images(made: Made) -> None:
    diff = json.loads(made.parts["diff.json"])
    made.parts["diff.json"] = json.dumps({**diff, "images": []}).encode()


def diff_of_strange_lines(made: Made) -> None:
    diff = made.parts["diff.json"]
    made.parts["diff.json"] = diff.replace(b'"change":"label_changed"', b'"change":["x"]')


def a_smaller_difference(made: Made) -> None:
    """Without some of the changes, and right in itself."""
    out, kept = (
        io.StringIO(),
        list(release_diff.read_lines(made.parts["diff.json"].splitlines()))[1:],
    )
    changes = release_diff.write(out, made.about["previous"], kept)
    made.parts["diff.json"] = out.getvalue().encode()
    made.about["counts"]["changes"] = changes


def other_changes(made: Made) -> None:
    made.about["counts"]["changes"]["images_added"] = 99


def forged_certificate(made: Made) -> None:
    paper = {**made.paper, "result": {**made.paper["result"], "certified_images": 10_000}}
    made.parts["certificates/round-3.json"] = json.dumps(paper).encode()


def certificate_of_another_name(made: Made) -> None:
    made.about["certificates"][0]["digest"] = "0" * 64


def certificate_left_out(made: Made) -> None:
    made.about["certificates"], made.about["counts"]["certificates"] = [], 0


@pytest.mark.parametrize(
    ("forge", "words"),
    [
        (lines_of(lambda lines: lines.pop()), "counts are not those of the images"),
        (lines_of(lambda lines: lines.reverse()), "out of order, or an image again"),
        (lines_of(lambda lines: lines.append(lines[-1])), "out of order, or an image again"),
        (lines_of(lambda lines: lines[0].update(split="x")), "not in the part that its content"),
        (
            lines_of(lambda lines: lines[0].update(extra=1)),
            "line 1 of images.jsonl is not an image",
        ),
        (lines_of(lambda lines: lines[0].update(source="")), "line 1 of images.jsonl is not an im"),
        (
            lines_of(lambda lines: lines[0].update(boxes=[box(class_id=7)])),
            "class that the release",
        ),
        (count("labelled"), "counts are not those of the images"),
        (count("boxes"), "counts are not those of the images"),
        (count("certificates"), "counts are not those of the images"),
        (diff_without_its_images, "diff.json is not the difference"),
        (other_changes, "changes told are not those"),
        (forged_certificate, "certificates/round-3.json: The document was changed"),
        (certificate_of_another_name, "another certificate than the release names"),
        (certificate_left_out, "certificates named are not those in the zip"),
        (lambda made: made.about.update(split=[0, 0, 100]), "not in the part that its content"),
        (lambda made: made.about.update(number=2), "Exactly the first release"),
        (lambda made: made.about.update(format="boxwise-release/0"), "this program reads"),
        (lambda made: made.about.update(extra=1), "release.json is not complete"),
        (lambda made: made.about.pop("counts"), "release.json is not complete"),
        (lambda made: made.parts.update({"images.jsonl": b"{"}), "line 1 of images.jsonl is not"),
    ],
)
def test_what_does_not_follow_is_found_though_it_was_signed_again(first, tmp_path, forge, words):
    forge(first)
    assert words in refused(first.sign().write(tmp_path / "a.zip"))


def test_a_document_that_two_readers_would_read_differently_is_refused(first, tmp_path):
    """A key that is there twice: programs differ in which one they take."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as package:
        document = release_file.written(first.about)
        package.writestr("release.json", document.replace('{\n "', '{\n "note": "other",\n "', 1))
        for name, part in first.parts.items():
            package.writestr(name, part)
    assert "not written as the program writes it" in refused(str(tmp_path / "a.zip"))


def test_an_image_that_two_readers_would_read_differently_is_refused(first, tmp_path):
    first.parts["images.jsonl"] = first.parts["images.jsonl"].replace(
        b'"boxes":[', b'"boxes":null,"boxes":[', 1
    )
    found = refused(first.sign().write(tmp_path / "a.zip"))
    assert "line 1 of images.jsonl is not an image as a release has it" in found


def test_other_boxes_signed_again_are_another_digest_and_no_longer_the_one_before(
    first, second, tmp_path
):
    """Whoever holds the key can sign another release 1, but not put it under release 2."""
    path = second.write(tmp_path / "b.zip")
    relabel(first)
    forged = Path(first.sign().write(tmp_path / "a.zip"))
    assert "is not the release that it names as the one before" in refused(path, previous=forged)


@pytest.mark.parametrize(
    ("forge", "words"),
    [
        (diff_without_its_images, "does not follow from its own lines"),
        (diff_of_strange_lines, "is no change as a release has it"),
        (a_smaller_difference, "diff.json is not the difference"),
        (lines_of(lambda lines: lines[0]["boxes"][0].update(x2=70)), ""),
        (
            lambda made: made.about["previous"].update(digest="0" * 64),
            "diff.json is one to another",
        ),
        (lambda made: made.about["previous"].update(number=3), "has not the number before"),
        (other_changes, "changes told are not those of diff.json"),
    ],
)
def test_a_forged_diff_or_chain_is_found(first, second, tmp_path, forge, words):
    forge(second)
    path = second.sign().write(tmp_path / "b.zip")
    before = Path(first.write(tmp_path / "a.zip"))
    if words:
        assert words in refused(path, previous=before)
        if forge is a_smaller_difference:  # only the file before can tell
            call_command("verify_release", path)
    else:  # other edges of a box that moved anyway: the same diff, and another digest
        call_command("verify_release", path, previous=before)


def test_a_release_before_that_does_not_hold_is_no_proof(first, second, tmp_path):
    path = second.write(tmp_path / "b.zip")
    relabel(first)
    before = Path(first.write(tmp_path / "a.zip"))
    assert "Of the release before: images.jsonl was changed" in refused(path, previous=before)
    before.write_bytes(b"x")
    assert "Of the release before: a.zip is no zip" in refused(path, previous=before)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"[]"])
def test_what_is_no_zip_is_refused_in_words(tmp_path, content):
    (tmp_path / "a.zip").write_bytes(content)
    assert "no zip that can be read" in refused(str(tmp_path / "a.zip"))
    assert "no zip that can be read" in refused(str(tmp_path / "none.zip"))


@pytest.mark.parametrize("content", ["", "[]", "{}", "[" * 100_000, '{"format": "x"}'])
def test_a_zip_that_is_no_release_is_refused_in_words(tmp_path, content):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as package:
        package.writestr("release.json", content)
    assert "The release does not hold." in refused(str(tmp_path / "a.zip"))


def test_a_broken_file_is_refused_in_words_wherever_it_breaks(first, tmp_path):
    whole = Path(first.write(tmp_path / "a.zip")).read_bytes()
    places, refusals = range(0, len(whole), 97), 0
    for place in places:
        (tmp_path / "b.zip").write_bytes(whole[:place] + b"\xff\xff\xff" + whole[place + 3 :])
        try:
            call_command("verify_release", str(tmp_path / "b.zip"))
        except CommandError:  # and no other error
            refusals += 1
    assert refusals > 0.8 * len(places)  # some bytes of a zip mean nothing


def test_boxes_are_paired_by_class_then_overlap():
    before = [box(), box(x=100), box(y=90)]
    after = [{**box(), "score": 0.9}, {**box(x=104), "class_id": 1}, box(x=104), box(y=1)]
    assert release_diff.compare(before, after) == {
        "boxes_added": 2,
        "boxes_removed": 1,
        "boxes_moved": 1,
        "classes_changed": 0,
        "scores_changed": 1,
    }
