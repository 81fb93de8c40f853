from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

from rocketsdr.accounts.actor import SCOPES_OF_ROLE
from rocketsdr.accounts.models.user import User


class ApprovalPolicy(models.TextChoices):
    """What an act meets before it takes effect, from the laxest to the strictest: the order of `actor.POLICIES`."""

    COOLING_OFF = "cooling_off", "Act as asked, after a hold in which it can be stopped"
    CONFIRM = "confirm", "Show what would happen, act when that is confirmed, after the hold"
    APPROVAL = "approval", "A person approves first"


class Role(models.TextChoices):
    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    VIEWER = "viewer"


def _is_one_of(field: str, choices: type[models.TextChoices]) -> models.Q:
    return models.Q(**{f"{field}__in": choices.values})


class Workspace(models.Model):
    """A company's room: everything it owns carries its id, and nobody outside sees any of it."""

    name = models.CharField(max_length=120)
    postal_address = models.TextField(blank=True, help_text="Stands at the foot of every e-mail; the law asks for it.")
    timezone = models.CharField(max_length=64, default="UTC")
    approval_policy = models.CharField(max_length=20, choices=ApprovalPolicy, default=ApprovalPolicy.COOLING_OFF)
    hold_minutes = models.PositiveIntegerField(default=10, help_text="Minutes between a launch and its first e-mail.")
    quota_limits = models.JSONField(
        default=dict, blank=True, help_text='Daily limits that differ from the default: {"create_campaign": 50}'
    )
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=300, blank=True)
    members = models.ManyToManyField(User, through="Membership", related_name="workspaces")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_is_one_of("approval_policy", ApprovalPolicy), name="workspace_approval_policy_is_known")
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse limits that no call could be counted against; the admin asks."""
        limits = self.quota_limits
        if not isinstance(limits, dict) or not all(type(limit) is int and limit >= 0 for limit in limits.values()):
            raise ValidationError({"quota_limits": 'Give whole numbers by name, such as {"create_campaign": 50}.'})


class Membership(models.Model):
    """What one person may do in one workspace."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="one_membership_per_person"),
            models.CheckConstraint(condition=_is_one_of("role", Role), name="membership_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.workspace} ({self.role})"

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes that this role has today."""
        return SCOPES_OF_ROLE[self.role]
