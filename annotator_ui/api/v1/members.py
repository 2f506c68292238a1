"""The people of a job for programs: list, add, remove."""

from typing import TypedDict

from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request

from annotator_ui.api import access, forms
from annotator_ui.api.replies import Created, Nothing, Reply
from annotator_ui.api.v1.base import Listed, ListQuery, V1View, listed, once, operation, query
from annotator_ui.api.work import parsed
from labeling.jobs import members
from labeling.models import Member
from labeling.models.member import display_name


class NewMember(forms.StrictSerializer):
    """Somebody with an account, and the role."""

    username = serializers.CharField(max_length=150)
    role = serializers.ChoiceField(Member.Role.choices, default=Member.Role.ANNOTATOR)


class OneMember(TypedDict):
    """A person in a role; with two roles they are two members."""

    id: int
    username: str
    name: str
    role: Member.Role
    is_active: bool


def shape(row: Member) -> OneMember:
    """A member as it stands."""
    return {
        "id": row.pk,
        "username": row.user.get_username(),
        "name": display_name(row.user),
        "role": Member.Role(row.role),
        "is_active": row.user.is_active,
    }


class Members(V1View):
    """The people of a job."""

    @operation("list_members", asks=ListQuery)
    def get(self, request: Request, slug: str) -> Reply[Listed[OneMember]]:
        """For its managers."""
        job = access.job_for(access.person(request), slug, access.MANAGER)
        rows = Member.objects.select_related("user").filter(job=job)
        return listed(rows, query(ListQuery, request), lambda found: map(shape, found))

    @operation("add_member", takes=NewMember)
    @once
    def post(self, request: Request, slug: str) -> Created[OneMember]:
        """Saying it twice changes nothing."""
        user = access.project_admin(request)
        job = access.job_for(user, slug, access.MANAGER)
        given = parsed(NewMember, request)
        return Created(shape(members.add_by_name(job, given["username"], given["role"], user)))


class MemberOfJob(V1View):
    """One member."""

    @operation("remove_member")
    def delete(self, request: Request, slug: str, pk: int) -> Reply[Nothing]:
        """What they hold goes to others; what they did stays."""
        user = access.project_admin(request)
        job = access.job_for(user, slug, access.MANAGER)
        row = Member.objects.select_related("job", "user").filter(job=job, pk=pk).first()
        if row is None:
            raise Http404
        members.remove(row, user)
        return Reply({})
