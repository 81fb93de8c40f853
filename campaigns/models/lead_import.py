from __future__ import annotations

from django.db import models
from django.db.models import Q

from campaigns.models.campaign import Campaign
from rocketsdr.accounts.models import Workspace


class ImportStatus(models.TextChoices):
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class ImportKind(models.TextChoices):
    CSV = "csv", "A file"
    TARGETING = "targeting", "An audience of the directories"
    LEADS = "leads", "Leads that were named one by one"


class LeadImportQuerySet(models.QuerySet["LeadImport"]):
    """The imports of a workspace or of a campaign."""

    def standing(self) -> LeadImportQuerySet:
        """Keep those that were not taken back: of the others, only those stay who may have been written to."""
        return self.filter(reverted_at=None)


class LeadImport(models.Model):
    """Leads on their way into a campaign: a file, an audience, or a list. Every row ends in exactly one of the four counts."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="lead_imports")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="lead_imports")
    kind = models.CharField(max_length=10, choices=ImportKind, default=ImportKind.CSV)
    request = models.JSONField(default=dict, blank=True, help_text="Whom to take from the directories; empty for a file.")
    filename = models.CharField(max_length=200, blank=True)
    content = models.BinaryField(null=True, help_text="The file as it came; emptied when the import is done.")
    content_digest = models.CharField(max_length=64)
    status = models.CharField(max_length=10, choices=ImportStatus, default=ImportStatus.PENDING)
    error = models.CharField(max_length=500, blank=True)
    rows = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0, help_text="New leads.")
    updated = models.PositiveIntegerField(default=0, help_text="Leads that the workspace already had.")
    duplicates = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0, help_text="Good rows beyond the campaign's max_leads; counted as rejected too.")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    reverted_at = models.DateTimeField(null=True, blank=True, help_text="When it was undone.")

    objects = LeadImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="done")
                | Q(rows=models.F("accepted") + models.F("updated") + models.F("duplicates") + models.F("rejected")),
                name="import_counts_add_up",
            ),
            models.CheckConstraint(condition=Q(status__in=ImportStatus.values), name="import_status_is_known"),
            models.CheckConstraint(condition=Q(kind__in=ImportKind.values), name="import_kind_is_known"),
        ]
        indexes = [models.Index(fields=["status"], condition=Q(status="pending"), name="pending_imports")]

    def __str__(self) -> str:
        return f"{self.filename or self.get_kind_display()} ({self.status})"


class LeadImportProblem(models.Model):
    """A row of a file that did not become a lead, with the reason and the row as it stood there."""

    class Outcome(models.TextChoices):
        DUPLICATE = "duplicate"
        REJECTED = "rejected"

    lead_import = models.ForeignKey(LeadImport, on_delete=models.CASCADE, related_name="problems")
    line = models.PositiveIntegerField(help_text="The line of the file at which the row starts; 1 is the first.")
    outcome = models.CharField(max_length=10, choices=Outcome)
    code = models.CharField(max_length=40)
    reason = models.CharField(max_length=500)
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lead_import", "line"], name="one_problem_per_line")]

    def __str__(self) -> str:
        return f"Line {self.line}: {self.code}"
