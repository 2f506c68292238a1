"""The classes of a job for programs: list, add, rename, retire."""

from typing import TypedDict

from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request

from annotator_ui.api import access, forms
from annotator_ui.api.replies import Created, Reply
from annotator_ui.api.v1.base import Listed, ListQuery, V1View, listed, once, operation, query
from annotator_ui.api.work import parsed
from labeling.jobs import classes
from labeling.models import LabelClass


class ClassChange(forms.StrictSerializer, serializers.ModelSerializer[LabelClass]):
    """What of a class can be changed; a retired one keeps its boxes and is offered no more."""

    class Meta:
        model = LabelClass
        fields = ("name", "color", "hotkey", "note", "position", "retired")
        extra_kwargs = {name: {"required": False} for name in fields}


class NewClass(ClassChange):
    """A class; colour, key and position are the next free ones if left out."""

    name = serializers.CharField(max_length=100)

    class Meta(ClassChange.Meta):
        """Its name is needed."""


class WholeClass(TypedDict):
    """A class; `index` is the `class_id` of boxes."""

    index: int
    name: str
    color: str
    hotkey: str
    note: str
    position: int
    retired: bool


def shape(row: LabelClass) -> WholeClass:
    """A class as it stands."""
    return {
        "index": row.index,
        "name": row.name,
        "color": row.color,
        "hotkey": row.hotkey,
        "note": row.note,
        "position": row.position,
        "retired": row.retired,
    }


class Classes(V1View):
    """The classes of a job."""

    @operation("list_classes", asks=ListQuery)
    def get(self, request: Request, slug: str) -> Reply[Listed[WholeClass]]:
        """Retired ones too."""
        job = access.job_for(access.person(request), slug)
        rows = LabelClass.objects.filter(job=job)
        return listed(rows, query(ListQuery, request), lambda found: map(shape, found))

    @operation("add_class", takes=NewClass)
    @once
    def post(self, request: Request, slug: str) -> Created[WholeClass]:
        """With the next index. Not after the pilot of a job with model assistance: copy it then."""
        user = access.project_admin(request)
        job = access.job_for(user, slug, access.MANAGER)
        return Created(shape(classes.add(job, by=user, **parsed(NewClass, request))))


class OneClass(V1View):
    """One class, by its index."""

    @operation("change_class", takes=ClassChange)
    def patch(self, request: Request, slug: str, index: int) -> Reply[WholeClass]:
        """Rename or retire it."""
        user = access.project_admin(request)
        job = access.job_for(user, slug, access.MANAGER)
        row = LabelClass.objects.select_related("job").filter(job=job, index=index).first()
        if row is None:
            raise Http404
        classes.change(row, user, parsed(ClassChange, request))
        return Reply(shape(row))
