from __future__ import annotations

from django.db import models
from django.db.models import Q

from integrations.models import MailAccount
from rocketsdr.accounts.models import Workspace


class SenderStatus(models.TextChoices):
    ACTIVE = "active"
    PAUSED = "paused"
    FAILING = "failing", "Failing: its server refuses us"


class Sender(models.Model):
    """A name and an address that campaigns send from, with the caps that protect its reputation."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="senders")
    account = models.OneToOneField(MailAccount, on_delete=models.PROTECT, related_name="sender")
    email = models.EmailField(max_length=254)
    from_name = models.CharField(max_length=100, blank=True)
    signature = models.TextField(blank=True)
    daily_cap = models.PositiveIntegerField(null=True, blank=True, help_text="First e-mails and follow-ups a day (UTC); empty for no cap.")
    any_hour = models.BooleanField(default=False, help_text="Ignores sending hours; only for the built-in mailbox.")
    status = models.CharField(max_length=10, choices=SenderStatus, default=SenderStatus.ACTIVE)
    status_note = models.CharField(max_length=500, blank=True)
    retry_at = models.DateTimeField(
        null=True, blank=True, help_text="Nothing leaves from here before; set when the server refused the connection."
    )
    failures = models.PositiveIntegerField(default=0, help_text="Connections refused in a row.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "email"], name="one_sender_per_address"),
            models.CheckConstraint(condition=Q(status__in=SenderStatus.values), name="sender_status_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.from_name} <{self.email}>" if self.from_name else self.email


class SenderDay(models.Model):
    """How many e-mails one sender has taken on one day (UTC); claims count here in the statement that takes them."""

    sender = models.ForeignKey(Sender, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    used = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sender", "day"], name="one_row_per_sender_and_day")]

    def __str__(self) -> str:
        return f"{self.sender_id} on {self.day}: {self.used}"
