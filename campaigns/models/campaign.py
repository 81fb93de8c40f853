from __future__ import annotations

from datetime import datetime, time

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from campaigns.models.persona import Persona
from campaigns.models.product import Product
from campaigns.models.sender import Sender
from rocketsdr.accounts.models import User, Workspace
from rocketsdr.accounts.models.workspace import ApprovalPolicy


def weekdays() -> list[int]:
    """Return Monday to Friday as ISO days."""
    return [1, 2, 3, 4, 5]


class CampaignStatus(models.TextChoices):
    DRAFT = "draft"
    IMPORTING = "importing", "Launched; its leads are still being read"
    SCHEDULED = "scheduled", "Launched; waits for its hold or an approval"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    ARCHIVED = "archived"


LAUNCHED = [CampaignStatus.IMPORTING, CampaignStatus.SCHEDULED, CampaignStatus.RUNNING]


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def of_workspace(self, workspace_id: int) -> CampaignQuerySet:
        """Return the campaigns of one workspace."""
        return self.filter(workspace_id=workspace_id)

    def released(self, now: datetime) -> CampaignQuerySet:
        """Return the scheduled campaigns whose hold is over and whose launch is approved."""
        return self.filter(status=CampaignStatus.SCHEDULED, hold_until__lte=now, approved_digest=F("launch_digest"))


class Campaign(models.Model):
    """A sequence of e-mails from some senders to some leads.

    What a launch has promised to send is frozen: `facts` holds the product and the persona as they were, `launch_digest` names
    the whole of it, and nothing leaves unless `approved_digest` is the same and `hold_until` is over.
    """

    class Type(models.TextChoices):
        CSV = "csv", "CSV"
        TARGETING = "targeting", "Targeting"
        LEADS = "leads", "Leads"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="campaigns")
    name = models.CharField(max_length=200)
    type = models.CharField(max_length=10, choices=Type, default=Type.CSV)
    status = models.CharField(max_length=10, choices=CampaignStatus, default=CampaignStatus.DRAFT)
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="campaigns")
    persona = models.ForeignKey(Persona, null=True, blank=True, on_delete=models.PROTECT, related_name="campaigns")
    senders = models.ManyToManyField(Sender, related_name="campaigns", blank=True)
    default_steps = models.BooleanField(default=False, help_text="The steps were made from product and persona, and change with them.")
    targeting = models.JSONField(default=dict, blank=True, help_text="Whom it takes from the directories.")
    max_leads = models.PositiveIntegerField(null=True, blank=True)
    timezone = models.CharField(max_length=64, default="UTC")
    send_days = ArrayField(models.PositiveSmallIntegerField(), default=weekdays, help_text="1 is Monday, 7 is Sunday.")
    send_from = models.TimeField(default=time(9))
    send_to = models.TimeField(default=time(17))
    facts = models.JSONField(default=dict, blank=True)
    launched_with = models.CharField(
        max_length=40, blank=True, help_text="The credential that launched or resumed it, e.g. key:12: whose cap on e-mails holds."
    )
    launch_policy = models.CharField(
        max_length=20,
        choices=ApprovalPolicy,
        blank=True,
        help_text="What its launch had to meet; a stricter one of today holds all the same.",
    )
    launch_digest = models.CharField(max_length=64, blank=True)
    approved_digest = models.CharField(max_length=64, blank=True)
    hold_until = models.DateTimeField(null=True, blank=True)
    launched_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=300, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(auto_now=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=CampaignStatus.values), name="campaign_status_is_known"),
            models.CheckConstraint(condition=Q(launch_policy__in=["", *ApprovalPolicy.values]), name="campaign_launch_policy_is_known"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "archived"]) | Q(product__isnull=False, persona__isnull=False, launched_at__isnull=False),
                name="launched_campaign_is_complete",
            ),
            models.CheckConstraint(condition=Q(send_from__lt=F("send_to")), name="sending_hours_have_an_order"),
        ]
        indexes = [
            models.Index(fields=["workspace", "-id"], name="campaign_by_workspace"),
            models.Index(fields=["status"], name="campaign_by_status"),
        ]

    def __str__(self) -> str:
        return self.name
