"""What a round keeps of its job: numbers and classes, copied when it opens, so that later edits of
the job change nothing."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from typing import Any, Self

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from labeling.kernel import guarantee
from labeling.models.job import Job


@dataclass(frozen=True)
class RoundClass:
    """A class as it was when the round opened."""

    index: int
    name: str
    retired: bool = False


@dataclass(frozen=True, kw_only=True)
class RoundSettings:
    """The job's options of the same names, then what only a round has.

    An option without a value is the job model's default, so that defaults stand in one place.
    """

    assist: bool
    suggestions: bool
    acceptance: str
    mode: str
    annotators_per_image: int
    error_limit: float
    consolidation: str
    blind_control_percent: int
    honeypot_percent: int
    pilot_size: int
    validation_size: int
    training_size: int
    batch_size: int
    prefetch_percent: int
    guarantee: str
    per_class: bool
    blind_checks: bool
    target_quality: float
    risk: float
    audit_budget: int
    monitoring_share: float
    detector: str
    price_image: str
    price_answer: str
    start_from: int | None = None  # the job whose detector this one begins with
    classes: tuple[RoundClass, ...] = ()
    size: int = 0  # images that the round wants
    intakes: tuple[int, ...] = ()  # from which they come; none named: any
    last_image: int | None = None  # the newest when it opened
    drawn_classes: tuple[int, ...] = ()  # whose boxes people do not see
    timing: Mapping[str, Mapping[str, float]] = field(
        default_factory=dict
    )  # people's own seconds per box
    error_curve: tuple[float, float] = (1.0, 1.0)  # scale and power of what the EM expects

    @classmethod
    def of_job(cls, job: Job) -> Self:
        """As the job stands now."""
        classes = tuple(RoundClass(c.index, c.name, c.retired) for c in job.classes.all())
        return cls(
            **{name: getattr(job, name) for name in _of_the_job()},
            price_image=str(job.price_image),
            price_answer=str(job.price_answer),
            start_from=job.start_from_id,
            classes=classes,
        )

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """What to_json gave; what is missing is the job model's default."""
        given: dict[str, Any] = {**_defaults(), **stored}
        given["classes"] = tuple(RoundClass(**one) for one in given.get("classes", ()))
        for name in ("intakes", "drawn_classes", "error_curve"):
            if name in given:
                given[name] = tuple(given[name])
        return cls(**given)

    def to_json(self) -> dict[str, Any]:
        """As the database keeps it."""
        return asdict(self)

    @property
    def kind(self) -> str:
        """What accepted labels are measured by: acceptance per round guarantees nothing and aims at
        mean quality."""
        certified = self.acceptance == Job.Acceptance.CERTIFIED
        return self.guarantee if certified else guarantee.QUALITY


@cache
def _of_the_job() -> tuple[str, ...]:
    own = {one.name for one in Job._meta.fields}
    copied = {"price_image", "price_answer", "start_from"}
    return tuple(f.name for f in fields(RoundSettings) if f.name in own - copied)


@cache
def _defaults() -> Mapping[str, Any]:
    model = {one.name: one.get_default() for one in Job._meta.fields}
    prices = ("price_image", "price_answer")
    return {name: model[name] for name in _of_the_job()} | {
        name: str(model[name]) for name in prices
    }


class _Attribute(DeferredAttribute):
    """Takes what is stored, or the settings themselves."""

    def __set__(self, instance: models.Model, value: Any) -> None:
        typed = RoundSettings.from_json(value) if isinstance(value, Mapping) else value
        instance.__dict__[self.field.attname] = typed


class RoundSettingsField(models.JSONField):
    """Round settings as JSON."""

    descriptor_class = _Attribute

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> RoundSettings | None:
        """Typed again, also where only this column is read; None where a join found no round."""
        if value is None:
            return None
        return RoundSettings.from_json(super().from_db_value(value, expression, connection))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """As JSON."""
        stored = value.to_json() if isinstance(value, RoundSettings) else value
        return super().get_db_prep_value(stored, connection, prepared)
