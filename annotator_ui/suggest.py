"""Which boxes of the model a person is shown, from stored predictions only."""

from labeling.core.boxes import Box
from labeling.models import Image, Round


def for_images(round: Round, image_ids: list[int]) -> dict[int, list[Box]]:
    """Boxes per image: the latest detector's, else those an import brought."""
    from mlassist.suggestions import for_images as predicted

    found = predicted(round, image_ids)
    rest = [pk for pk in image_ids if pk not in found]
    imported = Image.objects.filter(pk__in=rest).exclude(imported=None)
    kept = {pk: boxes or [] for pk, boxes in imported.values_list("pk", "imported")}
    return {**kept, **found}
