from django.conf import settings
from django.db import migrations, models


def end_doubles(apps, schema_editor):
    """Of exports of one kind that wait side by side the first goes on."""
    rows = apps.get_model('labeling', 'Transfer').objects.filter(kind='export', finished_at=None, error='')
    seen = set()
    for row in rows.order_by('pk'):
        if (row.job_id, row.format) in seen:
            row.error, row.attempts = 'Another export of this kind was under way.', 3
            row.save(update_fields=['error', 'attempts'])
        seen.add((row.job_id, row.format))


class Migration(migrations.Migration):

    dependencies = [
        ('labeling', '0017_invitations'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(end_doubles, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.UniqueConstraint(condition=models.Q(('error', ''), ('finished_at', None), ('kind', 'export')), fields=('job', 'format'), name='one_export_of_a_kind_at_a_time'),
        ),
    ]
