from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from rocketsdr.accounts.models import Workspace


class Product(models.Model):
    """What a campaign sells: the facts that its e-mails may state."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="products")
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    value_props = ArrayField(models.CharField(max_length=500), default=list, blank=True)
    proof_points = ArrayField(models.CharField(max_length=500), default=list, blank=True)
    url = models.URLField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "id"], name="product_by_workspace")]

    def __str__(self) -> str:
        return self.name
