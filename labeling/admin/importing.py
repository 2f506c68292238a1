"""The form that brings images in."""

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings

from labeling.transfers.annotations import BOX_USES

LISTED = 200


class ManyFiles(forms.ClearableFileInput):
    """Several files in one field."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Validates that something was chosen; the view reads the list."""

    widget = ManyFiles

    def clean(self, data: object, initial: object = None) -> object:
        """The first file stands for all."""
        first = data[0] if isinstance(data, list) and data else data
        return super().clean(first, initial)


def server_folders() -> list[tuple[str, str]]:
    """Folders below the import root, two levels deep."""
    root = Path(settings.IMPORT_ROOT)
    if not root.is_dir():
        return []
    found = [p for p in (*root.glob("*"), *root.glob("*/*")) if p.is_dir()]
    names = sorted(p.relative_to(root).as_posix() for p in found)[:LISTED]
    return [(name, name) for name in names]


class ImportForm(forms.Form):
    """Files from this computer, or a folder on the server."""

    files = ManyFilesField(  # type: ignore[assignment]
        required=False,
        label="From this computer",
        help_text="JPEG, PNG or WebP pictures, or one zip of them; COCO files may be among them.",
    )
    folder = forms.ChoiceField(required=False, label="Folder on the server")
    boxes = forms.ChoiceField(
        choices=[
            ("suggestions", "show them to people as suggestions"),
            ("labels", "keep them as finished labels"),
            ("ignore", "leave them out"),
        ],
        initial=BOX_USES[0],
        label="Boxes that come along",
        help_text="COCO files are found by themselves, whatever they are called, and may come "
        "without pictures for images that are here already. An image of which a box cannot be "
        "used gets suggestions instead of a finished label.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["folder"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "none"), *server_folders()]
        field.help_text = f"Folders below {settings.IMPORT_ROOT}."

    def clean(self) -> dict[str, object]:
        """One source, not two."""
        data: dict[str, object] = super().clean() or {}
        if not data.get("files") and not data.get("folder"):
            raise forms.ValidationError("Choose files, or a folder on the server.")
        if data.get("files") and data.get("folder"):
            raise forms.ValidationError("Choose files or a folder, not both.")
        return data
