"""One score cut per class instead of one for all, and what box scores are worth."""

from django.db import migrations, models

AS_THEY_ARE = {"overlap": 1.0, "curves": {"": [[0.0, 1.0], [0.0, 1.0]]}}


def keep_the_cut(apps, schema_editor):
    Calibration = apps.get_model("mlassist", "Calibration")
    for row in Calibration.objects.only("pk", "score_cut").iterator():
        Calibration.objects.filter(pk=row.pk).update(cuts={"": row.score_cut})


class Migration(migrations.Migration):

    dependencies = [
        ('mlassist', '0004_views'),
    ]

    operations = [
        migrations.AddField(
            model_name='calibration',
            name='cuts',
            field=models.JSONField(default=dict),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='calibration',
            name='box_scores',
            field=models.JSONField(default=AS_THEY_ARE),
            preserve_default=False,
        ),
        migrations.RunPython(keep_the_cut, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='calibration',
            name='score_cut',
        ),
    ]
