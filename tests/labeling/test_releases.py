"""Releases: one number once, never changed, and what is in the file."""

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from labeling.consolidation import labels
from labeling.jobs import classes
from labeling.kernel import signatures
from labeling.kernel.digests import digest
from labeling.kernel.errors import Conflict, Invalid
from labeling.kernel.stored_files import media_path
from labeling.ledger import leases, runner
from labeling.models import Certificate, Image, Label, Release, Round, Transfer
from labeling.reports.wording import event_text
from labeling.transfers import release_package, releases
from labeling.transfers.core.splits import split_of
from tests import papers
from tests.factories import box, make_images, make_job
from tests.labeling.conftest import nearly_perfect

pytestmark = pytest.mark.django_db(transaction=True)


def accept(image, *boxes, source="human"):
    labels.accept(image, list(boxes), source, round=None)


def make(job, by=None, **asked) -> Release:
    """A release, made at once."""
    row = releases.start_release(job, by, **asked)
    runner.run("transfer", row.pk)
    row.refresh_from_db()
    assert row.error == "" and row.finished_at
    return row.release


def certify(job):
    """A closing round with a certificate, which it gives."""
    paper = papers.make(papers.content(), nearly_perfect, round=1)
    round = Round.objects.create(job=job, number=1, purpose="closing", settings={})
    Certificate.objects.create(
        round=round, attempt=1, outcome="certified", document=paper, digest=paper["digest"]
    )
    return paper


def content(release, name):
    with zipfile.ZipFile(media_path(release.file)) as package:
        return package.read(name)


def about(release):
    return json.loads(content(release, "release.json"))


def lines(release):
    return [json.loads(line) for line in content(release, "images.jsonl").splitlines()]


def test_a_release_holds_every_present_image_by_digest_with_its_label_as_stored(job, mona):
    first, second, third, *_ = job.images.order_by("pk")
    accept(first, {**box(x=1.0625), "score": 0.5}, source="auto")
    accept(second)
    Image.objects.filter(pk=third.pk).update(excluded="manager")
    Image.objects.filter(pk=second.pk).update(digest="f" * 64)  # in another order than imported

    release = make(job, mona, note="  For the paper ", split=[50, 30, 20])

    found = lines(release)
    assert [one["image"] for one in found] == sorted(
        job.images.filter(excluded="").values_list("digest", flat=True)
    )
    assert found[0] == {
        **{"image": first.digest, "name": first.name, "width": 200, "height": 150},
        **{"source": "auto", "split": split_of(first.digest, [50, 30, 20])},
        "boxes": [{**box(x=1.0625), "score": 0.5}],
    }
    assert (found[-1]["image"], found[-1]["boxes"]) == ("f" * 64, [])  # labelled as empty
    assert (found[1]["source"], found[1]["boxes"]) == ("", None)  # not labelled
    told = about(release)
    assert (told["job"], told["number"], told["made_by"]) == (job.slug, 1, "mona")
    assert (told["note"], told["split"], told["previous"]) == ("For the paper", [50, 30, 20], None)
    assert [one["name"] for one in told["classes"]] == ["cat", "dog"]
    counts = told["counts"]
    assert [counts[n] for n in ("images", "labelled", "boxes", "excluded")] == [11, 2, 1, 1]
    assert counts["sources"] == {"auto": 1, "human": 1}
    assert sum(counts["splits"].values()) == 11
    assert (release.digest, release.counts) == (told["digest"], counts)
    assert digest({k: told[k] for k in told.keys() - {"digest", "signature"}}) == told["digest"]
    events = [event_text(event) for event in job.events.order_by("pk")]
    assert events[-2:] == ["A release is being made", "Release 1 made (11 images)"]


def test_the_next_release_says_what_changed_since(job):
    images = list(job.images.order_by("digest"))
    accept(images[0], box())
    accept(images[1], box(), box(x=100))
    first = make(job)
    accept(images[0], box(x=12), {**box(x=90), "class_id": 1})  # one moved, one added
    accept(images[1], {**box(), "class_id": 1})  # one of another class, one gone
    accept(images[2], box())
    Image.objects.filter(pk=images[3].pk).update(excluded="manager")
    Image.objects.filter(pk=images[4].pk).update(digest="f" * 64)  # one gone, one new

    second = make(job)

    assert (second.number, second.previous_digest) == (2, first.digest)
    assert about(second)["previous"] == {"number": 1, "digest": first.digest}
    found = json.loads(content(second, "diff.json"))
    assert found["counts"] == second.counts["changes"]
    assert {name: count for name, count in found["counts"].items() if count} == {
        **{"images_added": 1, "images_removed": 2, "labels_added": 1, "labels_changed": 2},
        **{"boxes_added": 1, "boxes_removed": 1, "boxes_moved": 1, "classes_changed": 1},
    }
    told = {one["image"]: one for one in found["images"]}
    assert told[images[0].digest]["boxes"]["boxes_moved"] == 1
    assert told[images[3].digest]["change"] == "image_removed"
    assert told["f" * 64]["change"] == "image_added"


def test_a_release_holds_the_jobs_certificates(job):
    paper = certify(job)
    release = make(job)
    (named,) = about(release)["certificates"]
    assert (named["round"], named["digest"]) == (1, paper["digest"])
    assert json.loads(content(release, named["file"])) == paper


def test_the_database_refuses_a_second_release_of_a_number_and_a_fork(job):
    made = make(job)
    other = Transfer.objects.create(job=job, kind="release", format="zip")
    like = {
        **{"job": job, "transfer": other, "digest": "1" * 64, "counts": made.counts, "file": "x"},
        **{"size": 1, "made_at": timezone.now()},
    }
    for number, previous in ((1, ""), (2, ""), (1, made.digest), (0, "")):
        with pytest.raises(IntegrityError), transaction.atomic():
            Release.objects.create(**like, number=number, previous_digest=previous)
    Release.objects.create(**like, number=2, previous_digest=made.digest)
    third = Transfer.objects.create(job=job, kind="release", format="zip", error="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.create(**{**like, "transfer": third}, number=3, previous_digest=made.digest)


def test_code_can_neither_change_nor_delete_a_release(job, mona):
    made = make(job, mona)
    made.note = "other"
    rows = Release.objects.filter(pk=made.pk)
    for write in (
        made.save,
        made.delete,
        rows.delete,
        lambda: rows.update(note="other"),
        lambda: Release.objects.bulk_update([made], ["note"]),
        lambda: Release.objects.bulk_create([made], ignore_conflicts=True),
        lambda: Release.objects.update_or_create(pk=made.pk, defaults={"note": "other"}),
    ):
        with pytest.raises(TypeError, match="never changed or deleted"):
            write()
    for owner in (job, made.transfer, mona):
        with pytest.raises(ProtectedError):
            owner.delete()
    assert Release.objects.get().note == ""


def test_one_release_is_made_at_a_time_and_the_same_wish_gives_the_same_one(job):
    row = releases.start_release(job, None, note="a")
    assert releases.start_release(job, None, note="a") == row
    with pytest.raises(Conflict, match="is being made"):
        releases.start_release(job, None, note="b")
    runner.run("transfer", row.pk)
    assert releases.start_release(job, None, note="a") != row


def test_what_was_made_verifies_and_so_does_its_successor_with_it(job, settings, capsys):
    certify(job)
    first = make(job, split=[80, 10, 10])
    accept(job.images.first(), box())
    second = make(job)
    files = [str(media_path(one.file)) for one in (first, second)]
    key = signatures.public_key(settings.SIGNING_KEY)
    call_command("verify_release", files[0], key=key)
    call_command("verify_release", files[1], previous=Path(files[0]), key=key)
    told = capsys.readouterr().out
    assert f"It holds. Release 1 of {job.slug}" in told
    assert "12 images, 1 labelled, 1 boxes." in told
    assert told.count("The key given has signed it.") == 2
    assert "Each of the 1 certificates holds by itself." in told
    assert "The file given is the release before, and the diff is that of the two." in told


@pytest.mark.parametrize(
    ("asked", "where", "words"),
    [
        ({"split": [50, 50, 50]}, "split", "sum to 100"),
        ({"note": "x" * 1001}, "note", "at most 1000"),
        ({"note": "\0"}, "note", "NUL"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(job, asked, where, words):
    with pytest.raises(Invalid, match=words) as refused:
        releases.start_release(job, None, **asked)
    assert refused.value.where == where


def test_a_job_without_images_has_no_release(db):
    with pytest.raises(Invalid, match="no images yet"):
        releases.start_release(make_job(), None)


def test_an_attempt_that_was_taken_over_makes_nothing_and_replaces_no_file(job, monkeypatch):
    row = releases.start_release(job, None)
    slow = leases.claim(Transfer, row.pk)
    Transfer.objects.filter(pk=row.pk).update(lease_expires_at=timezone.now())
    other: list[Release] = []
    walk = release_package.present_images

    def overtaken(*args):
        monkeypatch.setattr(release_package, "present_images", walk)
        other.append(releases.make(row, leases.claim(Transfer, row.pk)))  # while this one walks
        accept(job.images.first(), box())
        yield from walk(*args)

    monkeypatch.setattr(release_package, "present_images", overtaken)
    slow.renew = lambda *args: None  # it does not know yet
    with pytest.raises(leases.LeaseLost):
        releases.make(row, slow)
    (made,) = Release.objects.all()
    assert made == other[0]
    assert about(made)["digest"] == made.digest
    assert len(list(media_path(releases.FOLDER).iterdir())) == 2
    releases.clean_up_left()
    assert [path.name for path in media_path(releases.FOLDER).iterdir()] == [
        media_path(made.file).parent.name
    ]


def test_two_that_run_at_once_get_two_numbers(job, monkeypatch):
    """One that failed is tried again beside a newer one: the slower begins anew."""
    failed = releases.start_release(job, None, note="failed")
    Transfer.objects.filter(pk=failed.pk).update(error="x", attempts=3)
    newer = releases.start_release(job, None, note="newer")
    Transfer.objects.filter(pk=failed.pk).update(attempts=1)
    walk = release_package.present_images

    def beside(*args):
        monkeypatch.setattr(release_package, "present_images", walk)
        runner.run("transfer", newer.pk)
        yield from walk(*args)

    monkeypatch.setattr(release_package, "present_images", beside)
    runner.run("transfer", failed.pk)
    failed.refresh_from_db()
    assert "Another release 1 was made meanwhile" in failed.error
    runner.run("transfer", failed.pk)
    first, second = Release.objects.order_by("number")
    assert [(r.number, r.note) for r in (first, second)] == [(1, "newer"), (2, "failed")]
    assert second.previous_digest == first.digest


def rewritten(release, change) -> bytes:
    """Its file after a change of its parts."""
    parts = {name: content(release, name) for name in ("release.json", "images.jsonl", "diff.json")}
    change(parts)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return file.getvalue()


def other_images(parts):
    parts["images.jsonl"] = parts["images.jsonl"].replace(b"image-0001", b"image-9991")


def other_images_and_their_digest(parts):
    before = hashlib.sha256(parts["images.jsonl"]).hexdigest()
    other_images(parts)
    after = hashlib.sha256(parts["images.jsonl"]).hexdigest()
    parts["release.json"] = parts["release.json"].replace(before.encode(), after.encode())


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda made, other: b"damaged", "no zip that can be read"),
        (lambda made, other: media_path(other.file).read_bytes(), "it is another one"),
        (lambda made, other: rewritten(made, other_images), "it was changed"),
        (lambda made, other: rewritten(made, other_images_and_their_digest), "it was changed"),
    ],
)
def test_a_release_whose_predecessor_was_damaged_is_not_made(job, damage, words):
    made, elsewhere = make(job), make_job()
    make_images(elsewhere, 1)
    found = damage(made, make(elsewhere))
    media_path(made.file).write_bytes(found)
    row = releases.start_release(job, None)
    runner.run("transfer", row.pk)
    row.refresh_from_db()
    assert f"Restore the file of release 1 from a backup, {made.file}" in row.error
    assert words in row.error
    assert row.is_given_up  # another attempt would end alike
    assert job.releases.count() == 1


def test_a_class_that_comes_while_it_is_made_is_in_it(job, monkeypatch):
    walk = release_package.present_images

    def with_new_class(*args):
        new = classes.add(job, "cow")
        accept(job.images.first(), {**box(), "class_id": new.index})
        yield from walk(*args)

    monkeypatch.setattr(release_package, "present_images", with_new_class)
    assert [one["name"] for one in about(make(job))["classes"]] == ["cat", "dog", "cow"]
    assert Label.objects.active().count() == 1
