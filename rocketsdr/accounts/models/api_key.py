from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from rocketsdr.accounts.actor import Caps
from rocketsdr.accounts.models.user import User
from rocketsdr.accounts.models.workspace import ApprovalPolicy, Workspace

CAP_FIELDS = ("calls_per_day", "campaigns_per_day", "leads_per_day", "sends_per_day")  # in the order of Caps


class ApiKeyToolset(models.TextChoices):
    CORE = "core", "The core tools"
    FULL = "full", "All tools"


def _cap(help_text: str) -> models.PositiveIntegerField[int | None, int | None]:
    return models.PositiveIntegerField(null=True, blank=True, help_text=f"{help_text} Empty: no limit of its own.")


class ApiKey(models.Model):
    """A credential for scripts and agents. The key itself is shown once; here stand its prefix and its keyed digest.

    What an owner sets here only ever takes away: a key may never more than its maker, and never meets a laxer policy than the workspace's.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="api_keys")
    maker = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="api_keys", help_text="The key may never more than this person today."
    )
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=8, unique=True)
    digest = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=30))
    read_only = models.BooleanField(default=False, help_text="Of the scopes, only those that read are in effect.")
    toolset = models.CharField(max_length=4, choices=ApiKeyToolset, default=ApiKeyToolset.CORE, help_text="What a list of tools shows.")
    approval_policy = models.CharField(
        max_length=20, choices=ApprovalPolicy, blank=True, help_text="What its acts meet; the workspace's policy where that is stricter."
    )
    may_approve = models.BooleanField(default=False, help_text="Lets this agent decide approvals, but never what it has asked for itself.")
    calls_per_day = _cap("Calls of tools a day (UTC).")
    campaigns_per_day = _cap("Campaigns and drafts that it may create a day (UTC).")
    leads_per_day = _cap("Leads that it may add a day (UTC).")
    sends_per_day = _cap("E-mails a day (UTC) of the campaigns that it has launched.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    # A rotated key is the same credential with another secret: its caps, its requests and its log go on, and the old secret for a while.
    rotated_at = models.DateTimeField(null=True, blank=True)
    previous_prefix = models.CharField(max_length=8, unique=True, null=True, blank=True)
    previous_digest = models.CharField(max_length=64, blank=True)
    previous_until = models.DateTimeField(null=True, blank=True, help_text="Until then the secret before the last rotation works too.")
    previous_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API key"
        constraints = [
            models.CheckConstraint(condition=Q(toolset__in=ApiKeyToolset.values), name="api_key_toolset_is_known"),
            models.CheckConstraint(condition=Q(approval_policy__in=["", *ApprovalPolicy.values]), name="api_key_policy_is_known"),
            models.CheckConstraint(
                condition=Q(previous_prefix=None) | Q(previous_until__isnull=False), name="api_key_previous_secret_ends"
            ),
            *(models.CheckConstraint(condition=Q(**{f"{name}__gte": 1}), name=f"api_key_{name}_is_positive") for name in CAP_FIELDS),
        ]
        indexes = [models.Index(fields=["workspace"], condition=Q(sends_per_day__isnull=False), name="api_keys_that_cap_sends")]

    def __str__(self) -> str:
        return f"{self.name} (rsdr_live_{self.prefix}…)"

    @property
    def credential(self) -> str:
        """What an actor with this key, and whatever it has done, names."""
        return f"key:{self.pk}"

    @property
    def caps(self) -> Caps:
        """How much it may on one day."""
        return Caps(*(getattr(self, name) for name in CAP_FIELDS))
