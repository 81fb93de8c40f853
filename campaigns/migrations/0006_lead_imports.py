import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Imports of leads need no file any more: an audience of the directories and a list are imported too."""

    dependencies = [("campaigns", "0005_directory")]

    operations = [
        migrations.RenameModel("CsvImport", "LeadImport"),
        migrations.RenameModel("CsvImportProblem", "LeadImportProblem"),
        migrations.RemoveConstraint("leadimportproblem", "one_problem_per_line"),
        migrations.RenameField("LeadImportProblem", "csv_import", "lead_import"),
        migrations.AddConstraint(
            "leadimportproblem", models.UniqueConstraint(fields=["lead_import", "line"], name="one_problem_per_line")
        ),
        migrations.RenameField("Job", "csv_import", "lead_import"),
        migrations.AlterModelOptions("leadimport", {}),
        migrations.AlterModelOptions("leadimportproblem", {}),
        migrations.AlterField(
            "leadimport",
            "campaign",
            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="lead_imports", to="campaigns.campaign"),
        ),
        migrations.AlterField(
            "leadimport",
            "workspace",
            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="lead_imports", to="accounts.workspace"),
        ),
        migrations.AddField(
            "leadimport",
            "kind",
            models.CharField(
                choices=[("csv", "A file"), ("targeting", "An audience of the directories"), ("leads", "Leads that were named one by one")],
                default="csv",
                max_length=10,
            ),
        ),
        migrations.AddField(
            "leadimport",
            "request",
            models.JSONField(blank=True, default=dict, help_text="Whom to take from the directories; empty for a file."),
        ),
        migrations.AddField(
            "leadimport", "reverted_at", models.DateTimeField(blank=True, help_text="When it was undone.", null=True)
        ),
        migrations.AddConstraint(
            "leadimport",
            models.CheckConstraint(condition=Q(("kind__in", ["csv", "targeting", "leads"])), name="import_kind_is_known"),
        ),
        migrations.AddField(
            "campaign", "targeting", models.JSONField(blank=True, default=dict, help_text="Whom it takes from the directories.")
        ),
        migrations.AlterField(
            "campaign",
            "type",
            models.CharField(choices=[("csv", "CSV"), ("targeting", "Targeting"), ("leads", "Leads")], default="csv", max_length=10),
        ),
        migrations.AddField(
            "lead",
            "source",
            models.CharField(blank=True, help_text="Where the person's data comes from.", max_length=100),
        ),
        migrations.AddField(
            "lead",
            "lawful_basis",
            models.CharField(default="unknown", help_text="Why it may be kept; as in a directory.", max_length=20),
        ),
        migrations.AddField(
            "lead",
            "made_by",
            models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="The import it came with.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="made",
                to="campaigns.leadimport",
            ),
        ),
        migrations.AddIndex(
            "lead", models.Index(condition=Q(("made_by__isnull", False)), fields=["made_by"], name="lead_by_import")
        ),
        migrations.AddField(
            "enrollment",
            "came_by",
            models.ForeignKey(
                blank=True,
                help_text="The import that enrolled the lead.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="enrollments",
                to="campaigns.leadimport",
            ),
        ),
    ]
