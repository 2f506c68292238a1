"""What verify_release says of releases that were forged and signed again by whoever forged them.

No test here has a database: the command must need none.
"""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from labeling.transfers.core import release_diff, release_file
from tests.factories import box
from tests.labeling.made_releases import Made, refused


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
def test_what_does_not_follow_is_found_though_it_was_signed_again(
    first_release, tmp_path, forge, words
):
    forge(first_release)
    assert words in refused(first_release.sign().write(tmp_path / "a.zip"))


def test_a_document_that_two_readers_would_read_differently_is_refused(first_release, tmp_path):
    """A key that is there twice: programs differ in which one they take."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as package:
        document = release_file.written(first_release.about)
        package.writestr("release.json", document.replace('{\n "', '{\n "note": "other",\n "', 1))
        for name, part in first_release.parts.items():
            package.writestr(name, part)
    assert "not written as the program writes it" in refused(str(tmp_path / "a.zip"))


def test_an_image_that_two_readers_would_read_differently_is_refused(first_release, tmp_path):
    first_release.parts["images.jsonl"] = first_release.parts["images.jsonl"].replace(
        b'"boxes":[', b'"boxes":null,"boxes":[', 1
    )
    found = refused(first_release.sign().write(tmp_path / "a.zip"))
    assert "line 1 of images.jsonl is not an image as a release has it" in found


def test_other_boxes_signed_again_are_another_digest_and_no_longer_the_one_before(
    first_release, second_release, tmp_path
):
    """Whoever holds the key can sign another release 1, but not put it under release 2."""
    path = second_release.write(tmp_path / "b.zip")
    relabel(first_release)
    forged = Path(first_release.sign().write(tmp_path / "a.zip"))
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
def test_a_forged_diff_or_chain_is_found(first_release, second_release, tmp_path, forge, words):
    forge(second_release)
    path = second_release.sign().write(tmp_path / "b.zip")
    before = Path(first_release.write(tmp_path / "a.zip"))
    if words:
        assert words in refused(path, previous=before)
        if forge is a_smaller_difference:  # only the file before can tell
            call_command("verify_release", path)
    else:  # other edges of a box that moved anyway: the same diff, and another digest
        call_command("verify_release", path, previous=before)


def test_a_release_before_that_does_not_hold_is_no_proof(first_release, second_release, tmp_path):
    path = second_release.write(tmp_path / "b.zip")
    relabel(first_release)
    before = Path(first_release.write(tmp_path / "a.zip"))
    assert "Of the release before: images.jsonl was changed" in refused(path, previous=before)
    before.write_bytes(b"x")
    assert "Of the release before: a.zip is no zip" in refused(path, previous=before)
