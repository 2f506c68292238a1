"""Several views of an image instead of the mirrored one alone."""

from django.db import migrations, models

CHUNK = 500


def keep_the_mirrored_view(apps, schema_editor):
    Prediction = apps.get_model("mlassist", "Prediction")
    changed = []
    rows = Prediction.objects.exclude(mirrored=None).only("pk", "mirrored")
    for row in rows.iterator(chunk_size=CHUNK):
        row.views = {"flip": row.mirrored}
        changed.append(row)
        if len(changed) == CHUNK:
            Prediction.objects.bulk_update(changed, ["views"])
            changed.clear()
    Prediction.objects.bulk_update(changed, ["views"])


class Migration(migrations.Migration):

    dependencies = [
        ('mlassist', '0003_confidence_comparison'),
    ]

    operations = [
        migrations.AddField(
            model_name='prediction',
            name='views',
            field=models.JSONField(default=dict),
        ),
        migrations.RunPython(keep_the_mirrored_view, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='prediction',
            name='mirrored',
        ),
    ]
