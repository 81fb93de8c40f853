from django.db import migrations, models


class Migration(migrations.Migration):
    """A campaign remembers the credential that launched it, and the policy that its launch had to meet."""

    dependencies = [
        ('accounts', '0003_credential_settings'),
        ('campaigns', '0002_jobs'),
    ]

    operations = [
        migrations.AddField(
            model_name='campaign',
            name='launch_policy',
            field=models.CharField(blank=True, choices=[('cooling_off', 'Act as asked, after a hold in which it can be stopped'), ('confirm', 'Show what would happen, act when that is confirmed, after the hold'), ('approval', 'A person approves first')], help_text='What its launch had to meet; a stricter one of today holds all the same.', max_length=20),
        ),
        migrations.AddField(
            model_name='campaign',
            name='launched_with',
            field=models.CharField(blank=True, help_text='The credential that launched or resumed it, e.g. key:12: whose cap on e-mails holds.', max_length=40),
        ),
        migrations.AddField(
            model_name='delivery',
            name='cap_credential',
            field=models.CharField(blank=True, help_text='The credential in whose cap a claim was counted.', max_length=40),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('launch_policy__in', ['', 'cooling_off', 'confirm', 'approval'])), name='campaign_launch_policy_is_known'),
        ),
    ]
