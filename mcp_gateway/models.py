"""What the gateway remembers of a call: that it was made, and the answer to one that may be repeated."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models

from rocketsdr.accounts.models import User, Workspace
from rocketsdr.lib.crypto import EncryptedTextField


class Ending(models.TextChoices):
    DONE = "done"
    REHEARSED = "rehearsed", "Dry run"
    ASKED = "asked", "Waits for a confirmation or an answer"
    REPLAYED = "replayed", "Replay of a first answer"
    REFUSED = "refused", "Refused with a reason"
    CRASHED = "crashed", "Failed by a fault of ours"


class ToolCall(models.Model):
    """One call of a tool: who, which, and how it ended. The arguments stand here as a keyed digest only."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="tool_calls")
    user = models.ForeignKey(User, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    via = models.CharField(max_length=10)
    credential = models.CharField(max_length=40, blank=True)
    client = models.CharField(max_length=100, blank=True, help_text="What the program calls itself; nobody has checked it.")
    request_id = models.CharField(max_length=32)
    surface = models.CharField(max_length=20)
    tool = models.CharField(max_length=64)
    args_digest = models.CharField(max_length=64)
    outcome = models.CharField(max_length=10, choices=Ending)
    code = models.CharField(max_length=60, blank=True, help_text="Why it was refused.")
    duration_ms = models.PositiveIntegerField()
    at = models.DateTimeField()
    audit_ids = ArrayField(models.BigIntegerField(), default=list, blank=True, help_text="The audit events that the call has caused.")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(outcome__in=Ending.values), name="tool_call_outcome_is_known")]
        indexes = [
            models.Index(fields=["workspace", "-at"], name="tool_calls_by_time"),
            BrinIndex(fields=["at"], name="tool_calls_by_age"),  # for the purge alone, and nearly free at every insert
            GinIndex(fields=["audit_ids"], condition=~models.Q(audit_ids=[]), name="tool_calls_by_audit_id"),  # reads are not in it
        ]

    def __str__(self) -> str:
        return f"{self.tool}: {self.outcome}"


class IdempotentAnswer(models.Model):
    """The first answer to a call with an idempotency key; it commits together with what the call did."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="idempotent_answers")
    credential = models.CharField(max_length=40, blank=True)
    tool = models.CharField(max_length=64)
    key = models.CharField(max_length=128)
    args_digest = models.CharField(max_length=64)
    answer = EncryptedTextField(blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "credential", "tool", "key"], name="one_answer_per_idempotency_key")]

    def __str__(self) -> str:
        return f"{self.tool} {self.key}"


class ConfirmationUse(models.Model):
    """A confirmation token that was used; it commits together with the act, and makes a second use impossible."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    nonce = models.CharField(max_length=16)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "nonce"], name="one_use_per_confirmation")]

    def __str__(self) -> str:
        return self.nonce
