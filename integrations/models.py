from __future__ import annotations

import uuid
from datetime import date, datetime

from django.db import models
from django.db.models import F, Q, Subquery

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


class DataProvider(models.TextChoices):
    """The vendors of lead data."""

    APOLLO = "apollo", "Apollo"
    PEOPLE_DATA_LABS = "people_data_labs", "People Data Labs"


class DataAccount(models.Model):
    """A workspace's own account at a vendor of lead data. The key stands encrypted and is never shown again."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="data_accounts")
    provider = models.CharField(max_length=20, choices=DataProvider)
    key = EncryptedTextField()
    monthly_budget = models.PositiveIntegerField(help_text="How many of the vendor's credits may be used in a month (UTC).")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "provider"], name="one_data_account_per_provider")]

    def __str__(self) -> str:
        return self.get_provider_display()


class DataSpendQuerySet(models.QuerySet["DataSpend"]):
    def of(self, account: DataAccount, month: date) -> DataSpendQuerySet:
        """Return the row of this account's vendor and month, or none."""
        return self.filter(workspace_id=account.workspace_id, provider=account.provider, month=month)

    def take(self, account: DataAccount, month: date, number: int) -> bool:
        """Use so many credits of the month's budget as it stands now, all or none; say whether they were left."""
        self.bulk_create([DataSpend(workspace_id=account.workspace_id, provider=account.provider, month=month)], ignore_conflicts=True)
        budget = DataAccount.objects.filter(id=account.pk).values("monthly_budget")
        left = self.of(account, month).filter(used__lte=Subquery(budget) - number)
        return left.update(used=F("used") + number) == 1

    def settle(self, account: DataAccount, month: date, *, taken: int, used: int) -> None:
        """Put what was really used in the place of what was taken beforehand."""
        self.of(account, month).filter(used__gte=taken).update(used=F("used") - taken + used)


class DataSpend(models.Model):
    """How many of a vendor's credits a workspace has used in a month; it stays when the account goes, and counts on when one comes back."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="data_spends")
    provider = models.CharField(max_length=20, choices=DataProvider)
    month = models.DateField(help_text="Its first day, UTC.")
    used = models.PositiveIntegerField(default=0)

    objects = DataSpendQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "provider", "month"], name="one_data_spend_per_month")]

    def __str__(self) -> str:
        return f"{self.get_provider_display()} in {self.month:%B %Y}: {self.used}"


class DataCacheEntryQuerySet(models.QuerySet["DataCacheEntry"]):
    def of(self, account: DataAccount) -> DataCacheEntryQuerySet:
        """Return what is kept of this account's vendor for its workspace."""
        return self.filter(workspace_id=account.workspace_id, provider=account.provider)

    def fresh(self, now: datetime) -> DataCacheEntryQuerySet:
        """Return the answers that may still be used."""
        return self.filter(expires_at__gt=now)

    def expired(self, now: datetime) -> DataCacheEntryQuerySet:
        """Return the answers that have to go."""
        return self.filter(expires_at__lte=now)


class DataCacheEntry(models.Model):
    """What a vendor has answered to a question of a workspace, for as long as it may be kept."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="data_cache_entries")
    provider = models.CharField(max_length=20, choices=DataProvider)
    digest = models.CharField(max_length=64, help_text="Of the question.")
    answer = models.JSONField()
    licence = models.TextField()
    fetched_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    objects = DataCacheEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "data cache entries"
        constraints = [models.UniqueConstraint(fields=["workspace", "provider", "digest"], name="one_answer_per_question")]

    def __str__(self) -> str:
        return f"{self.get_provider_display()}, {self.digest[:8]}"
