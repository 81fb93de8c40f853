from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from rocketsdr.accounts.models import Workspace


class Persona(models.Model):
    """Who a campaign speaks to: a kind of buyer and what troubles them."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="personas")
    name = models.CharField(max_length=200)
    title = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    pains = ArrayField(models.CharField(max_length=500), default=list, blank=True)
    targeting = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "id"], name="persona_by_workspace")]

    def __str__(self) -> str:
        return self.name
