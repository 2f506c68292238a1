"""Jobs for programs: list, create, read, change, copy, start and end, and their live state."""

from typing import Any, TypedDict

from django.contrib.auth.models import User
from rest_framework import serializers
from rest_framework.request import Request

from annotator_ui.api import access, forms, job_shapes
from annotator_ui.api.replies import Created, Reply
from annotator_ui.api.v1.base import Listed, ListQuery, V1View, listed, once, operation, query
from annotator_ui.api.work import parsed
from labeling.jobs import options, setup
from labeling.jobs.accounts import managed_jobs
from labeling.kernel.errors import Invalid
from labeling.models import Job, Member
from labeling.reports import figures, snapshot
from labeling.rounds import lifecycle


class JobsQuery(ListQuery):
    """Which jobs."""

    state = serializers.ChoiceField(Job.State.choices, required=False)


class JobChange(forms.StrictSerializer, serializers.ModelSerializer[Job]):
    """Options of a job, as in the admin's form."""

    start_from = serializers.SlugField(
        allow_null=True, required=False, help_text="The address of an earlier job that you manage."
    )

    class Meta:
        model = Job
        fields = options.OPTIONS
        # a slug that is taken is found by the model's own check, which knows whose it is
        extra_kwargs = {name: {"required": False} for name in options.OPTIONS} | {
            "slug": {"required": False, "validators": []}
        }


class NewJob(JobChange):
    """The same; `name` is needed, and `preset` fills what is left out."""

    name = serializers.CharField(max_length=120)

    class Meta(JobChange.Meta):
        """Its name is needed."""


class JobOptions(TypedDict):
    """Every option of a job; the OpenAPI document says of each what it does."""

    name: str
    slug: str
    instructions: str
    preset: Job.Preset
    assist: bool
    suggestions: bool
    blind_control_percent: int
    honeypot_percent: int
    detector: str
    start_from: str | None
    acceptance: Job.Acceptance
    mode: Job.Mode
    annotators_per_image: int
    error_limit: float
    consolidation: Job.Consolidation
    pilot_size: int
    validation_size: int
    training_size: int
    batch_size: int
    prefetch_percent: int
    drawing: Job.Drawing
    one_object: bool
    guarantee: Job.Guarantee
    per_class: bool
    blind_checks: bool
    target_quality: float
    risk: float
    audit_budget: int
    monitoring_share: float
    lease_minutes: int
    price_image: str
    price_answer: str
    budget: str | None


class JobSummary(TypedDict):
    """A job of a list, and the roles of who asks."""

    id: int
    slug: str
    name: str
    state: Job.State
    created_at: str
    roles: list[Member.Role]


class JobMissing(TypedDict):
    """What a draft lacks before it may start."""

    code: str
    message: str


class WholeJob(JobSummary):
    """A job with its counts; `missing` is empty where a draft may start.

    Its options are told to managers: others must not know how many honeypots there are.
    """

    options: JobOptions | None
    counts: figures.Counts
    missing: list[JobMissing]


def whole(job: Job, user: User) -> WholeJob:
    """A job as it stands."""
    roles = access.roles(job, user)
    draft = job.state == Job.State.DRAFT
    needs = [need for need in setup.checklist(job) if not need.met] if draft else []
    return {
        **_summary(job, roles),
        "options": _options(job) if access.MANAGER in roles else None,
        "counts": figures.counts(job),
        "missing": [{"code": need.code, "message": need.missing} for need in needs],
    }


def _summary(job: Job, roles: set[str]) -> JobSummary:
    return {
        "id": job.pk,
        "slug": job.slug,
        "name": job.name,
        "state": Job.State(job.state),
        "created_at": job.created_at.isoformat(),
        "roles": sorted(Member.Role(role) for role in roles),
    }


def _options(job: Job) -> JobOptions:
    found: Any = {name: getattr(job, name) for name in options.OPTIONS}
    found["start_from"] = job.start_from.slug if job.start_from else None
    for name in ("price_image", "price_answer", "budget"):
        found[name] = None if found[name] is None else str(found[name])
    told: JobOptions = found
    return told


def _given(form: type[forms.StrictSerializer], request: Request) -> dict[str, Any]:
    """The options of a request; the job to start from by its address."""
    given = parsed(form, request)
    if (slug := given.get("start_from")) is not None:
        earlier = managed_jobs(access.person(request)).filter(slug=slug).first()
        if earlier is None:
            raise Invalid("You manage no job with this address.", where="start_from")
        given["start_from"] = earlier
    return given


class Jobs(V1View):
    """The jobs a person belongs to; a superuser sees all."""

    @operation("list_jobs", asks=JobsQuery)
    def get(self, request: Request) -> Reply[Listed[JobSummary]]:
        """Your jobs."""
        user, asked = access.person(request), query(JobsQuery, request)
        rows = Job.objects.all() if user.is_superuser else access.jobs_of(user)
        if "state" in asked:
            rows = rows.filter(state=asked["state"])

        def shape(jobs: list[Job]) -> list[JobSummary]:
            roles = access.roles_in(jobs, user)
            return [_summary(job, roles[job.pk]) for job in jobs]

        return listed(rows, asked, shape)

    @operation("create_job", takes=NewJob)
    @once
    def post(self, request: Request) -> Created[WholeJob]:
        """Make a draft; you become its manager."""
        user = access.project_admin(request, "add_job")
        given = _given(NewJob, request)
        return Created(whole(options.create(given.pop("name"), user, given), user))


class OneJob(V1View):
    """One job."""

    @operation("read_job")
    def get(self, request: Request, slug: str) -> Reply[WholeJob]:
        """Its options, counts, and what a draft still lacks."""
        user = access.person(request)
        return Reply(whole(access.job_for(user, slug), user))

    @operation("change_job", takes=JobChange)
    def patch(self, request: Request, slug: str) -> Reply[WholeJob]:
        """Change options; those of a running job take effect from its next round."""
        user = access.project_admin(request)
        job = access.job_for(user, slug, access.MANAGER)
        return Reply(whole(options.change(job, user, _given(JobChange, request)), user))


class Copy(V1View):
    """A copy of a job."""

    @operation("copy_job")
    @once
    def post(self, request: Request, slug: str) -> Created[WholeJob]:
        """A draft with the same options, classes, members and images, without labels."""
        user = access.project_admin(request, "add_job")
        job = access.job_for(user, slug, access.MANAGER)
        return Created(whole(setup.copy(job, user), user))


class Actions(V1View):
    """Start, pause, resume, cancel, retry."""

    @operation("act_on_job", takes=forms.ActionForm)
    @once
    def post(self, request: Request, slug: str) -> Reply[WholeJob]:
        """Do it."""
        user = access.person(request)
        job = access.job_for(user, slug, access.MANAGER)
        # the form lets these five names through only
        getattr(lifecycle, parsed(forms.ActionForm, request)["action"])(job, user)
        job.refresh_from_db()
        return Reply(whole(job, user))


class Snapshot(V1View):
    """A job's live state."""

    @operation("read_snapshot")
    def get(self, request: Request, slug: str) -> Reply[snapshot.Snapshot]:
        """What the live page shows."""
        user = access.person(request)
        job = access.job_for(user, slug)
        return Reply(job_shapes.state(job, user, manager=access.MANAGER in access.roles(job, user)))
