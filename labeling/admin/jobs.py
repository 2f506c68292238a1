"""Jobs in the admin: everything on one page, with presets and the actions of a job's life."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html

from labeling.admin import guidance, importing, inviting, job_actions, job_page
from labeling.admin.job_forms import ClassInline, JobForm, MemberInline
from labeling.admin.scoping import signed_in
from labeling.jobs import classes, members, presets, setup
from labeling.jobs.accounts import managed_jobs
from labeling.jobs.options import FIXED_ONCE_STARTED
from labeling.kernel import events
from labeling.kernel.errors import LabelingError
from labeling.models import Job, LabelClass, Member
from labeling.transfers import uploads
from labeling.transfers.annotations import BOX_USES


def _advanced(name: str, says: str, *fields: Any) -> Any:
    """A folded part of the form; the template puts it below the inlines."""
    return name, {"fields": fields, "classes": ("collapse", "advanced"), "description": says}


@admin.register(Job)
class JobAdmin(admin.ModelAdmin[Job]):
    """Jobs a person manages."""

    form = JobForm
    inlines = (ClassInline, MemberInline)
    list_display = ("name", "state", "progress", "acceptance", "created_at", "live")
    list_filter = ("state",)
    search_fields = ("name",)
    change_form_template = "admin/labeling/job/change_form.html"
    fieldsets = (
        ("Job", {"fields": ("name", "preset")}),
        ("Images", {"fields": ("files",)}),  # of a new job; later ones come on its page
        # below the classes and the people
        ("Guidelines", {"fields": ("instructions",), "classes": ("below",)}),
        (
            "Goal",
            {
                "fields": (("target_quality", "annotators_per_image"),),
                "classes": ("below",),
                "description": "How good the labels must be, and how many people may label an "
                "image. The estimate says what that takes.",
            },
        ),
        # what most jobs leave as the preset fills it, folded, below classes and members
        _advanced(
            "Annotators",
            "How many annotators work on an image, and how their boxes are consolidated.",
            "mode",
            ("error_limit", "consolidation"),
            "lease_minutes",
            ("drawing", "one_object"),
        ),
        _advanced(
            "Rounds and model",
            "How many images are labelled before the detector trains, and what it suggests.",
            "assist",
            ("pilot_size", "validation_size"),
            ("training_size", "batch_size"),
            "prefetch_percent",
            "suggestions",
            ("blind_control_percent", "honeypot_percent"),
            ("detector", "start_from"),
        ),
        _advanced(
            "Acceptance and risk",
            "When auto-labels are accepted, and how their quality is proven.",
            "acceptance",
            ("guarantee", "per_class"),
            "risk",
            "blind_checks",
            ("audit_budget", "monitoring_share"),
        ),
        _advanced(
            "Costs and address",
            "Prices, the budget limit, and the job's address.",
            ("price_image", "price_answer"),
            "budget",
            "slug",
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Job | None = None) -> Any:
        """Images come with the form of a new job only."""
        return [part for part in self.fieldsets or () if obj is None or part[0] != "Images"]

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> Any:
        """Who makes a job is its first annotator, unless they name others."""
        given = super().get_formset_kwargs(request, obj, inline, prefix)
        if obj.pk is None and isinstance(inline, MemberInline):
            given["initial"] = [{"username": request.user.get_username()}]
        return given

    def get_queryset(self, request: HttpRequest) -> Any:
        """Managed jobs only."""
        return managed_jobs(request.user).annotate(image_count=Count("images", distinct=True))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Earlier jobs: those that the person manages and that have begun."""
        if db_field.name == "start_from":
            mine = Job.objects.filter(pk__in=managed_jobs(request.user).values("pk"))
            kwargs["queryset"] = mine.exclude(state=Job.State.DRAFT)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Job | None = None) -> Any:
        """What may not change once the first round has begun."""
        started = obj is not None and obj.state != Job.State.DRAFT
        return FIXED_ONCE_STARTED if started else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Jobs are cancelled, not deleted: work must not vanish with a click."""
        return False

    @admin.display(description="images")
    def progress(self, job: Job) -> str:
        """Labelled of all."""
        return f"{job.images.labeled().count()} of {job.image_count}"  # type: ignore[attr-defined]

    @admin.display(description="")
    def live(self, job: Job) -> str:
        """Link to the live page."""
        return format_html('<a href="{}">Live page</a>', reverse("job", args=[job.slug]))

    def save_model(self, request: HttpRequest, obj: Job, form: Any, change: bool) -> None:
        """A new job gets its maker as manager; every edit is an event."""
        if not change:
            fields = {
                k: v for k, v in form.cleaned_data.items() if k not in ("name", "id", "files")
            }
            created = setup.create(form.cleaned_data["name"], signed_in(request), **fields)
            obj.pk, obj.created_by, obj.seed = created.pk, created.created_by, created.seed
            obj._state.adding = False
            return
        if form.changed_data:
            setup.edit(obj, form.changed_data, signed_in(request))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Classes and members through their writers."""
        rows = formset.save(commit=False)
        for gone in formset.deleted_objects:
            if isinstance(gone, Member):
                members.remove(gone, signed_in(request))
            else:
                classes.remove(gone)
        keys = [row.hotkey for row in rows if isinstance(row, LabelClass)]
        for row in rows:
            if isinstance(row, LabelClass) and row._state.adding:
                given: dict[str, Any] = {"note": row.note, "retired": row.retired}
                given |= {n: getattr(row, n) for n in ("color", "hotkey") if getattr(row, n)}
                given |= {"position": row.position} if row.position is not None else {}
                classes.add(form.instance, row.name, spoken_for=keys, **given)
            elif isinstance(row, Member) and row._state.adding:
                members.add(form.instance, row.user, row.role)
            else:
                row.save()
        formset.save_m2m()
        if rows or formset.deleted_objects:
            kind = formset.model._meta.verbose_name_plural
            events.record(form.instance, "job_edited", signed_in(request), fields=[str(kind)])

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Images that came with the form are imported once the job has its classes."""
        super().save_related(request, form, formsets, change)
        if not change and (files := request.FILES.getlist("files")):
            try:
                uploads.receive(form.instance, signed_in(request), files, boxes=BOX_USES[0])
            except LabelingError as error:
                messages.error(request, f"The images were not taken: {error.message}")

    def response_add(self, request: HttpRequest, obj: Job, *args: Any) -> HttpResponse:
        """On to what the new job still lacks; a script that sends images first hears where to."""
        messages.success(request, f"“{obj}” is saved as a draft.")
        answer = HttpResponseRedirect(reverse("admin:labeling_job_change", args=[obj.pk]))
        if not job_page.wants_json(request):
            return answer
        return JsonResponse({"next": answer.url, "uploads": reverse("uploads", args=[obj.slug])})

    def response_change(self, request: HttpRequest, obj: Job) -> HttpResponse:
        """Where an action was asked for with edits still unsaved, it comes after saving."""
        action = request.POST.get("_then", "")
        if action in job_actions.AT_ONCE:
            return job_actions.do(request, obj, action)
        if action in job_actions.ACTIONS:
            return HttpResponseRedirect(reverse("admin:labeling_job_act", args=[obj.pk, action]))
        if "_save" in request.POST and obj.state == Job.State.DRAFT:
            # a draft leads nowhere yet: its page tells what it needs, and starts it
            messages.success(request, f"“{obj}” is saved.")
            return HttpResponseRedirect(reverse("admin:labeling_job_change", args=[obj.pk]))
        return super().response_change(request, obj)

    def get_urls(self) -> list[Any]:
        """The job's own pages beside the form."""
        wrap = self.admin_site.admin_view
        return [
            path("<row:pk>/do/<str:action>/", wrap(self.act), name="labeling_job_act"),
            path("<row:pk>/import/", wrap(self.bring_in), name="labeling_job_import"),
            path("<row:pk>/progress/", wrap(self.progress_page), name="labeling_job_progress"),
            path("<row:pk>/mail/", wrap(self.mail), name="labeling_job_mail"),
            path("<row:pk>/pictures/", wrap(self.pictures), name="labeling_job_pictures"),
            *super().get_urls(),
        ]

    def _job(self, request: HttpRequest, pk: int) -> Job:
        job = get_object_or_404(managed_jobs(request.user), pk=pk)
        if not self.has_change_permission(request, job):
            raise PermissionDenied
        return job

    def act(self, request: HttpRequest, pk: int, action: str) -> HttpResponse:
        """Confirm, then do."""
        return job_actions.confirm(self.admin_site, request, self._job(request, pk), action)

    def bring_in(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Import images, and how the imports went."""
        return importing.bring_in(self.admin_site, request, self._job(request, pk))

    def progress_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Where the job stands and its first images, for the page to show while they come in."""
        context = job_page.standing(self._job(request, pk))
        return TemplateResponse(request, "admin/labeling/job/progress.html", context)

    def mail(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send the invitation link to somebody."""
        return inviting.mail(self.admin_site, request, self._job(request, pk))

    def pictures(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Pictures for the instructions."""
        return guidance.pictures(self.admin_site, request, self._job(request, pk))

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Presets, what is missing before the start, and the actions that are open now."""
        job: Job | None = kwargs.get("obj")
        images = job.images.present().count() if job else 0
        context["presets"] = {name: presets.fitted(name, images) for name in presets.PRESETS}
        context["estimate"] = {"images": images}
        context["problems"] = job_page.problems(context)
        if context["problems"] and job_page.wants_json(request):
            return JsonResponse({"problems": context["problems"]})
        context |= {"accept": importing.ENDINGS, "title": job or "New job", "subtitle": None}
        if job is not None:
            context |= job_page.standing(job) | inviting.of_job(request, job)
        return super().render_change_form(request, context, *args, **kwargs)
