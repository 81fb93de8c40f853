from __future__ import annotations

from django.db import models

from rocketsdr.accounts.models import User, Workspace


class Audience(models.Model):
    """A targeting under a name, to be looked at again and used for personas."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="audiences")
    name = models.CharField(max_length=100)
    targeting = models.JSONField(default=dict, blank=True, help_text="Whom it takes from the directories.")
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="one_audience_per_name")]
        indexes = [models.Index(fields=["workspace", "id"], name="audience_by_workspace")]

    def __str__(self) -> str:
        return self.name
