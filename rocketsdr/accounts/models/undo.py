from __future__ import annotations

from django.db import models

from rocketsdr.accounts.models.audit import AuditEvent
from rocketsdr.accounts.models.workspace import Workspace
from rocketsdr.lib.crypto import EncryptedTextField


class UndoStep(models.Model):
    """What it takes to reverse one audited action. Unlike the audit log it may hold people's words, so it expires and can be erased."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="undo_steps")
    event = models.OneToOneField(AuditEvent, on_delete=models.CASCADE, related_name="undo_step")
    action = models.CharField(max_length=60)
    needed = EncryptedTextField(blank=True, help_text="JSON: what was there before.")
    expires_at = models.DateTimeField(db_index=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.action} of event {self.event_id}"
