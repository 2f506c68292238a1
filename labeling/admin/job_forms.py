"""The forms of a job: its numbers checked together, its classes, its members."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from labeling.admin.importing import TAKEN, ManyFilesField
from labeling.jobs import classes, members, model_plugin, setup
from labeling.jobs.options import FIXED_ONCE_STARTED
from labeling.kernel.errors import Invalid, LabelingError
from labeling.models import Job, LabelClass, Member
from labeling.models.label_class import COLORS

NUMBERS = (
    "pilot_size",
    "validation_size",
    "training_size",
    "batch_size",
    "prefetch_percent",
    "mode",
    "annotators_per_image",
    "error_limit",
    "consolidation",
    "suggestions",
    "detector",
    "start_from",
    "blind_control_percent",
    "honeypot_percent",
    "guarantee",
    "per_class",
    "blind_checks",
    "target_quality",
    "risk",
    "audit_budget",
    "monitoring_share",
)


class JobForm(forms.ModelForm[Job]):
    """Checks the numbers together and says which edits wait for the next round."""

    detector = forms.ChoiceField(
        choices=lambda: model_plugin.DETECTORS,
        required=False,
        help_text="The live page shows which one was chosen, and why.",
    )
    files = ManyFilesField(
        required=False, label="Images", help_text=f"{TAKEN} More can be added later."
    )  # type: ignore[assignment]

    class Meta:
        model = Job
        fields = "__all__"  # noqa: DJ007  the fieldsets below choose
        widgets = {
            "preset": forms.RadioSelect,
            "instructions": forms.Textarea(attrs={"rows": 8, "cols": 80}),
        }
        help_texts = {
            "start_from": "Start from the detector of an earlier job: classes of the same name "
            "keep what was learned, and the detector design is taken over. If it knows all "
            "classes, it trains on that job's labels, too, and with validation images the first "
            "training is left out."
        }
        labels = {
            "slug": "Address",
            "price_image": "Price per labelled image",
            "price_answer": "Price per submission",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["files"]
        else:
            self.fields["name"].widget.attrs["autofocus"] = True
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text += " Leave empty to derive it from the name."
        if "instructions" in self.fields:
            self.fields[
                "instructions"
            ].help_text += " Images: save first, then use “Guideline images”."
        if "start_from" in self.fields:
            self._narrow_start_from()
        if self.instance.pk and self.instance.state != Job.State.DRAFT:
            for name in NUMBERS:
                if name in self.fields:
                    field = self.fields[name]
                    field.help_text = f"Takes effect from the next round. {field.help_text}"

    def _narrow_start_from(self) -> None:
        """The job that is chosen now stays choosable, even by a manager who may not see it."""
        field: Any = self.fields["start_from"]
        chosen = Job.objects.filter(pk=self.instance.start_from_id or 0)
        field.queryset = (field.queryset | chosen).exclude(pk=self.instance.pk)
        for link in ("can_add_related", "can_change_related", "can_view_related"):
            setattr(field.widget, link, False)

    def clean_detector(self) -> str:
        """Left out means: the program chooses."""
        return self.cleaned_data["detector"] or "auto"

    def clean_start_from(self) -> Job | None:
        """An earlier job whose detector this one may begin from."""
        earlier: Job | None = self.cleaned_data["start_from"]
        if earlier is None or "start_from" not in self.changed_data:
            return earlier
        if problems := model_plugin.start_problems(self.instance, earlier):
            raise forms.ValidationError(problems)
        return earlier

    def clean(self) -> dict[str, Any]:
        """Errors of numbers that do not go together."""
        data: dict[str, Any] = super().clean() or {}
        known = {f.name for f in Job._meta.fields}
        probe = Job(**{k: v for k, v in data.items() if k in known and v is not None and k != "id"})
        if self.instance.pk:
            for name in FIXED_ONCE_STARTED:
                if name not in data:
                    setattr(probe, name, getattr(self.instance, name))
        for problem in setup.size_problems(probe):
            self.add_error("validation_size", problem)
        if not data.get("slug") and "slug" in self.fields and data.get("name"):
            data["slug"] = setup.free_slug(data["name"])
        return data


def _refuse_repeats(rows: list[tuple[Any, Any]], field: str, words: str) -> None:
    """Each form with what must be there once; those to be deleted and empty values do not count."""
    seen = set()
    for form, value in rows:
        if value and not form.cleaned_data.get("DELETE"):
            if value in seen:
                form.add_error(field, words)
            seen.add(value)


def _name_fields(form: forms.ModelForm[Any], thing: str) -> None:
    """A name for each field of a row: its column's head is none for who cannot see the table."""
    place = (form.prefix or "").rpartition("-")[2]
    row = f"{thing} {int(place) + 1}" if place.isdecimal() else f"new {thing}"
    for name, field in form.fields.items():
        if not field.widget.is_hidden:
            field.widget.attrs["aria-label"] = f"{field.label or name}, {row}"


class ClassForm(forms.ModelForm[LabelClass]):
    """One class; a new one without a colour gets the next, without a position it comes last."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.fields["position"].initial = None
            color: Any = self.fields["color"]
            color.required, color.initial = False, ""
            color.choices = [("", "Next"), *COLORS]

    def clean_position(self) -> int | None:
        """Emptied: as it was."""
        position: int | None = self.cleaned_data["position"]
        return self.instance.position if position is None and self.instance.pk else position


class ClassFormSet(forms.BaseInlineFormSet[LabelClass, Job, forms.ModelForm[LabelClass]]):
    """Checks the classes together."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Each field has a name."""
        super().add_fields(form, index)
        _name_fields(form, "class")

    def clean(self) -> None:
        """A name or a key is there once; a class that has boxes stays."""
        super().clean()
        for field, word in (("name", "name"), ("hotkey", "key")):
            rows = [(form, form.cleaned_data.get(field, "").casefold()) for form in self.forms]
            _refuse_repeats(rows, field, f"Another class has this {word}: choose a different one.")
        gone = [f.instance for f in self.initial_forms if f.cleaned_data.get("DELETE")]
        kept = [reason for kind in gone if (reason := classes.why_kept(self.instance, kind))]
        if kept:
            raise forms.ValidationError(kept)


class ClassInline(admin.TabularInline[LabelClass, Job]):
    """The classes people draw."""

    model = LabelClass
    form = ClassForm
    formset = ClassFormSet
    fields = ("name", "color", "hotkey", "note", "position", "retired")

    def get_extra(self, request: HttpRequest, obj: Job | None = None, **kwargs: Any) -> int:
        """Empty rows below those that are there."""
        return 1 if obj and obj.pk else 3

    def has_delete_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        """Only before the start; afterwards a class is retired, so its boxes keep their name."""
        return obj is None or obj.state == Job.State.DRAFT

    def has_add_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        """Not after the pilot with assistance on (docs/architecture.md 3.3)."""
        if obj is None:
            return True
        try:
            classes.check_may_grow(obj)
        except LabelingError:
            return False
        return True


class MemberForm(forms.ModelForm[Member]):
    """A person is named by user name: a list would show everybody's accounts to everybody."""

    username = forms.CharField(label="User name", max_length=150)

    class Meta:
        model = Member
        fields = ("role",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["username"].initial = self.instance.user.get_username()
            self.fields["username"].disabled = True

    def has_changed(self) -> bool:
        """Of a new row the name decides: one that the page itself filled in is saved, too."""
        if self.instance.pk:
            return super().has_changed()
        return bool(self["username"].value()) or "role" in self.changed_data

    def clean_username(self) -> str:
        """The name of an active account."""
        name: str = self.cleaned_data["username"].strip()
        try:
            user = members.account(name)
        except Invalid as error:
            raise forms.ValidationError(error.message) from error
        if not self.instance.pk:
            self.instance.user = user
        return name


class MemberFormSet(forms.BaseInlineFormSet[Member, Job, forms.ModelForm[Member]]):
    """Checks the members together."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Each field has a name."""
        super().add_fields(form, index)
        _name_fields(form, "member")

    def clean(self) -> None:
        """A person has a role once."""
        super().clean()
        rows = [
            (form, (name.casefold(), form.cleaned_data.get("role")))
            for form in self.forms
            if (name := form.cleaned_data.get("username"))
        ]
        _refuse_repeats(rows, "role", "This person already has this role in another row.")


class MemberInline(admin.TabularInline[Member, Job]):
    """Who works on the job."""

    model = Member
    form = MemberForm
    formset = MemberFormSet
    fields = ("username", "role")

    def get_extra(self, request: HttpRequest, obj: Job | None = None, **kwargs: Any) -> int:
        """Empty rows; the first of a new job is its maker's."""
        return 1 if obj and obj.pk else 2
