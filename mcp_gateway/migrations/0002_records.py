import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mcp_gateway', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='toolcall',
            name='audit_ids',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, help_text='The audit events that the call has caused.', size=None),
        ),
        migrations.AddIndex(
            model_name='toolcall',
            index=django.contrib.postgres.indexes.BrinIndex(fields=['at'], name='tool_calls_by_age'),
        ),
        migrations.AddIndex(
            model_name='toolcall',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('audit_ids', []), _negated=True), fields=['audit_ids'], name='tool_calls_by_audit_id'),
        ),
    ]
