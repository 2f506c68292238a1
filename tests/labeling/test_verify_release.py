"""What verify_release says of files that hold, were changed since they were signed, or are broken.

No test here has a database: the command must need none.
"""

import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from labeling.kernel import signatures
from labeling.transfers.core import release_diff
from tests.factories import box
from tests.labeling.made_releases import KEY, OTHER, refused


def test_a_file_that_holds_is_told_with_what_was_not_checked(first_release, tmp_path, capsys):
    call_command("verify_release", first_release.write(tmp_path / "a.zip"))
    told = capsys.readouterr().out
    assert "It holds. Release 1 of birds" in told
    assert "4 images, 3 labelled, 3 boxes." in told
    checked, unchecked = told.split("Not checked:")
    assert "The 4 files in it are those that were signed" in checked
    assert f"whose key has signed it: {signatures.public_key(KEY)} (--key)" in unchecked
    assert f"the file of the detector: its SHA-256 is {'d' * 64}" in unchecked
    assert first_release.about["digest"] in unchecked


def test_the_one_before_is_needed_for_the_chain_and_the_diff(
    first_release, second_release, tmp_path, capsys
):
    paths = first_release.write(tmp_path / "a.zip"), second_release.write(tmp_path / "b.zip")
    call_command("verify_release", paths[1])
    assert "the release before it, and the diff to it (--previous)" in capsys.readouterr().out
    call_command("verify_release", paths[1], previous=Path(paths[0]))
    assert "the diff is that of the two" in capsys.readouterr().out
    assert "It is the first release" in refused(paths[0], previous=Path(paths[0]))


def test_only_the_key_that_one_knows_counts(first_release, tmp_path, capsys):
    path = first_release.write(tmp_path / "a.zip")
    call_command("verify_release", path, key=signatures.public_key(KEY).upper())
    assert "The key given has signed it." in capsys.readouterr().out
    assert "signed by another key" in refused(path, key=signatures.public_key(OTHER))


@pytest.mark.parametrize("name", ["images.jsonl", "diff.json", "certificates/round-3.json"])
def test_a_part_that_was_changed_is_named(first_release, tmp_path, name):
    first_release.parts[name] = first_release.parts[name].replace(b"1", b"2", 1)
    assert f"{name} was changed: its digest does not match." in refused(
        first_release.write(tmp_path / "a")
    )


@pytest.mark.parametrize("name", ["note", "site", "made_at", "made_by", "job"])
def test_a_document_that_was_changed_is_found(first_release, tmp_path, name):
    first_release.about[name] = "forged"
    assert "release.json was changed" in refused(first_release.write(tmp_path / "a.zip"))


def test_a_signature_of_another_text_is_found(first_release, second_release, tmp_path):
    first_release.about["signature"] = second_release.about["signature"]
    assert "signature is not that of its key" in refused(first_release.write(tmp_path / "a.zip"))


def test_parts_that_are_missing_added_or_there_twice_are_found(first_release, tmp_path):
    path = first_release.write(tmp_path / "a.zip", [("more.txt", b"x")])
    assert "more.txt is in the zip, and release.json does not name it" in refused(path)
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = first_release.write(tmp_path / "b.zip", [("images.jsonl", b"")])
    assert "holds a file twice" in refused(path)
    del first_release.parts["diff.json"]
    assert "diff.json is missing" in refused(first_release.write(tmp_path / "c.zip"))


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


def test_a_broken_file_is_refused_in_words_wherever_it_breaks(first_release, tmp_path):
    whole = Path(first_release.write(tmp_path / "a.zip")).read_bytes()
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
