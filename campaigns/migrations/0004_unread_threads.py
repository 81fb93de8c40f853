from django.db import migrations, models


class Migration(migrations.Migration):
    """Every page counts the unread threads, and an inbox lists them: without reading the others."""

    dependencies = [
        ('campaigns', '0003_launch_policy'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('unread', True)), fields=['workspace', '-last_message_at', '-id'], name='unread_inbox'),
        ),
    ]
