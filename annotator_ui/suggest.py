"""Which boxes of the model a person is shown, from stored predictions only."""

from labeling.kernel.boxes import Box
from labeling.models import Image, Round


def for_images(round: Round, image_ids: list[int]) -> dict[int, tuple[list[Box], bool]]:
    """Per image the latest detector's boxes, else those an import brought, and whether checking
    them should be faster than drawing."""
    from mlassist.prediction.suggestions import for_images as predicted

    found = predicted(round, image_ids)
    rest = [pk for pk in image_ids if pk not in found]
    imported = Image.objects.filter(pk__in=rest).exclude(imported=None)
    kept = {pk: (boxes or [], False) for pk, boxes in imported.values_list("pk", "imported")}
    return {**kept, **found}
