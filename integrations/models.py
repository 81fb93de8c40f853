from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q

from rocketsdr.accounts.models import Workspace
from rocketsdr.lib.crypto import EncryptedTextField


class MailAccount(models.Model):
    """A mailbox that the workspace may send from. The password stands encrypted and is never shown again."""

    class Provider(models.TextChoices):
        SMTP = "smtp", "SMTP"
        BUILTIN = "builtin_mailbox", "Built-in mailbox"

    class Tls(models.TextChoices):
        NONE = "none", "None"
        STARTTLS = "starttls", "STARTTLS"
        TLS = "tls", "TLS"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="mail_accounts")
    provider = models.CharField(max_length=20, choices=Provider)
    address = models.EmailField(max_length=254)
    host = models.CharField(max_length=253, blank=True)
    port = models.PositiveIntegerField(default=587)
    tls = models.CharField(max_length=10, choices=Tls, default=Tls.STARTTLS)
    username = models.CharField(max_length=254, blank=True)
    password = EncryptedTextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "address"], name="one_mail_account_per_address")]

    def __str__(self) -> str:
        return f"{self.address} ({self.get_provider_display()})"


class UploadQuerySet(models.QuerySet["Upload"]):
    def receivable(self, now: datetime) -> UploadQuerySet:
        """Return the uploads whose form may still be sent: not expired, not used."""
        return self.filter(expires_at__gt=now, received_at__isnull=True)


class Upload(models.Model):
    """One signed form: one file, one workspace, one use."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="uploads")
    key = models.CharField(max_length=200, unique=True, help_text="Where the file lies in the storage.")
    filename = models.CharField(max_length=200)
    max_bytes = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True, blank=True)
    size = models.PositiveIntegerField(null=True, blank=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size__isnull=True) | Q(size__lte=models.F("max_bytes")), name="upload_keeps_its_limit")
        ]

    def __str__(self) -> str:
        return f"{self.filename} ({self.key})"

    @property
    def folder(self) -> str:
        return self.key.rpartition("/")[0]

    @property
    def kept_key(self) -> str:
        """Return where a bucket keeps the file from its first read on: a key that no form names."""
        return f"{self.folder}/kept/{self.key.rpartition('/')[2]}"
