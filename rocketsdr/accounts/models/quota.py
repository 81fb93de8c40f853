from __future__ import annotations

from django.db import models

from rocketsdr.accounts.models.workspace import Workspace


class QuotaUse(models.Model):
    """How much of one daily quota a workspace, or of one cap a credential of it, has used; days are UTC days."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="quota_uses")
    credential = models.CharField(max_length=40, blank=True, help_text="Whose cap it is, such as key:12; empty for the workspace's quota.")
    name = models.CharField(max_length=60)
    day = models.DateField()
    used = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "credential", "name", "day"], name="one_quota_use_per_day")]

    def __str__(self) -> str:
        return " ".join(part for part in (self.credential, f"{self.name} on {self.day}: {self.used}") if part)
