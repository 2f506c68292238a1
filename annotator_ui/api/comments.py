"""API of notes pinned to images; who may read which thread is the service's decision."""

from django.contrib.auth.models import User
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from annotator_ui.api import access, forms, threads
from annotator_ui.api.replies import Created, Reply
from annotator_ui.api.work import parsed
from labeling.models import Comment
from labeling.review import comments, suggested_corrections


class PinForm(forms.StrictSerializer):
    """A note at a place, in pixels of the full-size picture."""

    x = serializers.FloatField()
    y = serializers.FloatField()
    text = serializers.CharField(max_length=comments.LONGEST)


class TextForm(forms.StrictSerializer):
    """An answer."""

    text = serializers.CharField(max_length=comments.LONGEST)


class CloseForm(forms.StrictSerializer):
    """Whether a thread is dealt with."""

    closed = serializers.BooleanField()


class DecisionForm(forms.StrictSerializer):
    """What a reviewer makes of a suggested correction."""

    take = serializers.BooleanField()
    label = serializers.IntegerField(  # type: ignore[assignment]
        allow_null=True,
        default=None,
        max_value=forms.LARGEST,
        help_text="If it is taken: the label that held when the reviewer looked.",
    )
    text = serializers.CharField(
        max_length=comments.LONGEST,
        allow_blank=True,
        default="",
        help_text="If it is declined: why, for its annotator.",
    )


def thread_for(reader: User, pk: int) -> Comment:
    """A thread this person may read; else it does not exist."""
    row = Comment.objects.threads().select_related("image__job").filter(pk=pk).first()
    if row is None or not access.jobs_of(reader).filter(pk=row.image.job_id).exists():
        raise Http404
    if not comments.threads(row.image.job, reader).filter(pk=pk).exists():
        raise Http404
    return row


class ImageComments(APIView):
    """Notes on one image."""

    def get(self, request: Request, pk: int) -> Reply[list[threads.Thread]]:
        """Those this person may read; answers to their own count as read from now on."""
        reader = access.person(request)
        image = access.image_for(reader, pk)
        found = threads.of_image(image.job, image.pk, reader)
        if any(a["fresh"] for row in found for a in row["answers"]):
            comments.mark_seen(image, reader)
        return Reply(found)

    @extend_schema(request=PinForm)
    def post(self, request: Request, pk: int) -> Created[threads.Thread]:
        """Pin one."""
        by = access.person(request)
        image = access.image_for(by, pk)
        form = parsed(PinForm, request)
        row = comments.pin(image, by, form["x"], form["y"], form["text"])
        return Created(threads.shape([row], by, image.job)[0])


class Answers(APIView):
    """Answers in a thread."""

    @extend_schema(request=TextForm)
    def post(self, request: Request, pk: int) -> Created[threads.Thread]:
        """Add one; the whole thread comes back."""
        by = access.person(request)
        thread = thread_for(by, pk)
        comments.answer(thread, by, parsed(TextForm, request)["text"])
        return Created(threads.shape([thread], by, thread.image.job)[0])


class OneThread(APIView):
    """One thread."""

    @extend_schema(request=CloseForm)
    def put(self, request: Request, pk: int) -> Reply[threads.Thread]:
        """Close it, or open it again: its author, reviewers and managers."""
        by = access.person(request)
        thread = thread_for(by, pk)
        if thread.author_id != by.pk:
            access.job_for(by, thread.image.job.slug, *access.REVIEWING)
        comments.close(thread, parsed(CloseForm, request)["closed"])
        thread.refresh_from_db()
        return Reply(threads.shape([thread], by, thread.image.job)[0])

    def delete(self, request: Request, pk: int) -> Reply[threads.ThreadLeft]:
        """Take one's own words back, of a thread or an answer; the thread as it is then."""
        by = access.person(request)
        row = Comment.objects.select_related("image__job").filter(pk=pk, author=by).first()
        if row is None:
            raise Http404
        access.image_for(by, row.image_id)
        comments.take_back(row, by)
        if row.parent_id is None:
            return Reply({"thread": None})
        thread = thread_for(by, row.parent_id)
        return Reply({"thread": threads.shape([thread], by, thread.image.job)[0]})


class Decision(APIView):
    """A reviewer's decision on a suggested correction."""

    @extend_schema(request=DecisionForm)
    def put(self, request: Request, pk: int) -> Reply[threads.Thread]:
        """Take it, or decline it with words; the thread as it is then."""
        thread, by = self._suggestion(request, pk)
        form = parsed(DecisionForm, request)
        if form["take"]:
            suggested_corrections.accept_suggestion(thread, by, form["label"])
        else:
            suggested_corrections.decline(thread, by, form["text"])
        return self._now(pk, by)

    def delete(self, request: Request, pk: int) -> Reply[threads.Thread]:
        """Take the decision back."""
        thread, by = self._suggestion(request, pk)
        suggested_corrections.reopen(thread, by)
        return self._now(pk, by)

    def _suggestion(self, request: Request, pk: int) -> tuple[Comment, User]:
        by = access.person(request)
        thread = thread_for(by, pk)
        access.job_for(by, thread.image.job.slug, *access.REVIEWING)
        if thread.assignment_id is None:
            raise Http404
        return thread, by

    def _now(self, pk: int, by: User) -> Reply[threads.Thread]:
        thread = thread_for(by, pk)
        return Reply(threads.shape([thread], by, thread.image.job)[0])
