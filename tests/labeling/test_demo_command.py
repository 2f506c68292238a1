"""The demo command: a job that is ready at once, also where an earlier run was cut off."""

import functools

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from labeling.assignments import answers
from labeling.jobs import accounts, classes, setup
from labeling.kernel.errors import DiskFull
from labeling.ledger import runner
from labeling.models import Job, Transfer
from labeling.rounds import lifecycle
from labeling.simulation import scenes
from labeling.transfers import imports

pytestmark = pytest.mark.django_db(transaction=True)

CUTS = {  # what is called, and the call that does not come to its end
    "accounts": (accounts, "make_project_admin", 1),
    "classes": (classes, "add", 2),
    "drawing": (scenes, "draw", 2),
    "importing": (imports._Work, "store", 1),
    "starting": (lifecycle, "start", 1),
    "simulated people": (answers, "submit", 5),
}


draw_once = functools.cache(scenes.draw)


@pytest.fixture(autouse=True)
def scenes_drawn_once(monkeypatch):
    """Each picture is a function of its number: drawn for the first test that wants it."""
    monkeypatch.setattr(scenes, "draw", draw_once)


def demo(capsys) -> str:
    call_command("demo", "--images", "70")
    return capsys.readouterr().out


@pytest.mark.parametrize("place", CUTS)
def test_a_demo_that_was_cut_off_is_finished_by_the_next_run(monkeypatch, capsys, place):
    module, name, which = CUTS[place]
    real, calls = getattr(module, name), []

    def is_cut_off(*args, **fields):
        calls.append(args)
        if len(calls) == which:
            raise KeyboardInterrupt
        return real(*args, **fields)

    with monkeypatch.context() as patch:
        patch.setattr(module, name, is_cut_off)
        with pytest.raises(KeyboardInterrupt):
            demo(capsys)
    said = demo(capsys)

    job = Job.objects.get()
    assert "ready" in said
    assert (job.state, job.images.count()) == ("running", 70)
    # the first images are drawn, so a worker trains a detector now, and people get suggestions
    assert job.rounds.get(closed_at=None).purpose == "active"
    assert job.images.labeled().count() == 32
    assert [c.name for c in job.classes.all()] == list(scenes.CLASSES)
    assert job.members.count() == 4
    assert Transfer.objects.count() == 1
    ana = get_user_model().objects.get(username="ana")
    assert ana.has_usable_password()
    assert ana.is_staff
    assert demo(capsys) == "The demo job is there.\n"


def test_a_draft_of_somebodys_own_is_left_alone(capsys):
    job = setup.create("Demo", None)

    assert demo(capsys) == "The demo job is there.\n"
    assert (job.slug, job.classes.count(), job.images.count()) == ("demo", 0, 0)


def test_an_import_that_another_process_holds_is_told_in_words(monkeypatch, capsys):
    monkeypatch.setattr(runner, "run", lambda name, pk: None)
    with pytest.raises(CommandError, match="cannot start yet: An import is still running"):
        demo(capsys)


def test_an_import_that_met_a_full_disk_is_gone_on_with(monkeypatch, capsys):
    def full(*args):
        raise DiskFull("The disk is nearly full.")

    with monkeypatch.context() as patch:
        patch.setattr(imports, "run_import", full)
        with pytest.raises(CommandError, match="will be tried again"):
            demo(capsys)

    assert "ready" in demo(capsys)
    assert Transfer.objects.count() == 1
