from __future__ import annotations

from django.db import models
from django.db.models import F, GeneratedField, Q, Value
from django.db.models.functions import Lower

from rocketsdr.accounts.models import Workspace


class Domain(models.Func):
    """The part of an address behind its @, in lower case."""

    function = "split_part"
    template = "split_part(lower(%(expressions)s), '@', 2)"


class Lead(models.Model):
    """A person the workspace may write to. The e-mail address names them; upper and lower case are the same person."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="leads")
    email = models.EmailField(max_length=254)
    email_key = GeneratedField(expression=Lower("email"), output_field=models.CharField(max_length=254), db_persist=True)
    domain = GeneratedField(expression=Domain("email"), output_field=models.CharField(max_length=254), db_persist=True)
    full_name = models.CharField(max_length=200, blank=True)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    company = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=200, blank=True)
    website = models.CharField(max_length=500, blank=True)
    linkedin_url = models.CharField(max_length=500, blank=True)
    phone = models.CharField(max_length=50, blank=True)
    city = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=100, blank=True)
    custom = models.JSONField(default=dict, blank=True, help_text="Further columns of the import, by name.")
    source = models.CharField(max_length=100, blank=True, help_text="Where the person's data comes from.")
    lawful_basis = models.CharField(max_length=20, default="unknown", help_text="Why it may be kept; as in a directory.")
    made_by = models.ForeignKey(
        "LeadImport",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="made",
        db_index=False,
        help_text="The import it came with.",
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                F("workspace"), F("email_key"), condition=Q(archived_at__isnull=True), name="one_active_lead_per_address"
            ),
            models.CheckConstraint(condition=Q(email__contains=Value("@")), name="lead_email_is_an_address"),
        ]
        indexes = [
            models.Index(fields=["workspace", "domain"], name="lead_by_domain"),
            models.Index(fields=["made_by"], name="lead_by_import", condition=Q(made_by__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email
