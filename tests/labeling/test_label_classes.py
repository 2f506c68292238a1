"""The classes of a job: what their form refuses, and that boxes keep the class they have."""

import pytest

from labeling.jobs import classes, setup
from labeling.kernel.errors import Conflict
from labeling.models import Label, Transfer
from labeling.rounds import lifecycle
from labeling.transfers import exports
from tests.factories import box
from tests.job_form import change, create

pytestmark = pytest.mark.django_db(transaction=True)


def labelled(job):
    Label.objects.create(image=job.images.first(), source="imported", boxes=[box(class_id=1)])


def suggested(job):
    job.images.filter(pk=job.images.first().pk).update(imported=[box(class_id=1)])


def importing(job):
    Transfer.objects.create(job=job, kind="import", format="zip", lease_owner="a worker")


@pytest.mark.parametrize(
    ("comes", "words"),
    [(labelled, "have boxes"), (suggested, "have boxes"), (importing, "being imported")],
)
def test_a_class_that_boxes_may_have_is_not_deleted(admin, job, tmp_path, comes, words):
    comes(job)

    page = change(admin, job, **{"classes-1-DELETE": "on", "instructions": "Kept words"})

    said = page.context["inline_admin_formsets"][0].formset.non_form_errors()
    assert "'dog' cannot be deleted" in said[0]
    assert words in said[0]
    assert "Kept words" in page.content.decode()  # and the rest of the form
    assert job.classes.filter(name="dog", index=1).exists()
    path = tmp_path / "out.manifest"
    assert exports.write_export(job, "manifest", {}, path, lambda done, of: None) == 12


def test_a_class_without_boxes_is_deleted_in_a_draft_only(admin, job):
    labelled(job)
    change(admin, job, **{"classes-0-DELETE": "on"})
    assert [c.name for c in job.classes.all()] == ["dog"]

    lifecycle.start(job, None)
    with pytest.raises(Conflict, match="has started"):
        classes.remove(job.classes.get())


def test_imported_suggestions_keep_their_class_in_a_copy(job):
    classes.add(job, "bird", position=0)
    job.classes.filter(name="cat").update(retired=True)
    given = [box(class_id=0), box(10, class_id=1), box(20, class_id=2)]
    first, second, *_ = job.images.order_by("pk")
    job.images.filter(pk=first.pk).update(imported=given)
    job.images.filter(pk=second.pk).update(imported=[])

    made = setup.copy(job, None)

    names = {c.index: c.name for c in made.classes.all()}
    first, second, third, *_ = made.images.order_by("pk")
    assert [(b["x1"], names[b["class_id"]]) for b in first.imported] == [(10, "dog"), (20, "bird")]
    assert (second.imported, third.imported) == ([], None)


def stands(job):
    return [(c.name, c.hotkey, c.position) for c in job.classes.order_by("index")]


@pytest.mark.parametrize(
    ("field", "one", "other", "words"),
    [
        ("name", "bird", "Bird", "has this name"),
        ("name", "dog", "CAT", "has this name"),
        ("hotkey", "7", "7", "has this key"),
    ],
)
def test_what_two_classes_share_is_said_beside_it_and_no_form_is_lost(
    admin, job, field, one, other, words
):
    before = stands(job)
    names = {"classes-2-name": "bird", "classes-3-name": "fox", "instructions": "Kept words"}

    page = change(admin, job, **names | {f"classes-2-{field}": one, f"classes-3-{field}": other})

    assert words in page.content.decode()
    assert "Kept words" in page.content.decode()
    assert stands(job) == before
    answer = create(admin, **{"classes-0-name": "bird", "classes-1-name": "Bird"})
    assert "has this name" in answer.content.decode()


def test_a_new_class_gets_the_place_and_the_key_that_were_typed(admin, job):
    page = change(
        admin,
        job,
        **{
            "classes-1-position": "",
            "classes-2-name": "bird",
            "classes-3-name": "fox",
            "classes-3-hotkey": "3",
            "classes-3-position": "0",
        },
    )

    assert not page.context.get("errors")
    assert stands(job) == [("cat", "1", 0), ("dog", "2", 1), ("bird", "4", 2), ("fox", "3", 0)]


def test_classes_without_a_chosen_colour_can_be_told_apart(admin, job):
    new = {"classes-2-name": "bird", "classes-3-name": "fish", "classes-3-color": "#FF3300"}
    change(admin, job, **new)

    colors = dict(job.classes.values_list("name", "color"))
    assert colors["fish"] == "#FF3300"
    assert len(set(colors.values())) == 4
