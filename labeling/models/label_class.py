"""The classes of a job."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from labeling.models.job import Job

COLORS = (
    ("#FFC400", "Amber"),
    ("#56B4FF", "Sky"),
    ("#DD2299", "Magenta"),
    ("#AADDAA", "Mint"),
    ("#7766EE", "Violet"),
    ("#888844", "Olive"),
    ("#44FFFF", "Cyan"),
    ("#DD88AA", "Rose"),
    ("#118866", "Teal"),
    ("#FF3300", "Red"),
    ("#33AA77", "Green"),
    ("#DDEE88", "Lime"),
)


class LabelClass(models.Model):
    """A kind of object; `index` is the permanent `class_id` of boxes and is never reused."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="classes")
    index = models.PositiveIntegerField(editable=False)
    name = models.CharField(max_length=100)
    color = models.CharField("colour", max_length=7, choices=COLORS, default=COLORS[0][0])
    hotkey = models.CharField(
        "key", max_length=1, blank=True, validators=[RegexValidator(r"^[0-9]$", "A digit, 0 to 9.")]
    )
    note = models.CharField("note for annotators", max_length=200, blank=True)
    position = models.PositiveIntegerField(default=0, blank=True)
    retired = models.BooleanField(
        default=False, help_text="No longer offered to annotators; existing boxes are kept."
    )

    class Meta:
        ordering = ("position", "index")
        verbose_name, verbose_name_plural = "class", "classes"
        constraints = (
            models.UniqueConstraint("job", "index", name="class_index_once"),
            models.UniqueConstraint(
                F("job"),
                Lower("name"),
                name="class_name_once",
                violation_error_message="Another class has this name: choose a different one.",
            ),
            models.UniqueConstraint(
                fields=("job", "hotkey"),
                condition=~Q(hotkey=""),
                name="class_key_once",
                violation_error_message="Another class has this key: choose a different one.",
            ),
        )

    def __str__(self) -> str:
        return self.name
