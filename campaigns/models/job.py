from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q

from campaigns.models.campaign import Campaign
from campaigns.models.lead_import import LeadImport
from rocketsdr.accounts.models import User, Workspace

KEPT_FOR = timedelta(days=7)  # how long a job can be asked about
BROKEN_OFF = "job_broke_off"  # the code of work that failed by a fault of ours; every other code is a reason
LARGE = 5_000  # what has more to do than this is asked about less often


class JobKind(models.TextChoices):
    IMPORT = "import", "Reads a file of leads into a draft"
    LAUNCH = "launch", "Reads the leads and writes the first e-mails of a launch"
    EXPORT = "export", "Writes a file to download"


class JobStatus(models.TextChoices):
    """The words of the protocol's tasks. A job never waits for its caller: what needs a word asks for it before the job begins."""

    WORKING = "working"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobQuerySet(models.QuerySet["Job"]):
    def working(self) -> JobQuerySet:
        """Return the jobs that are not over."""
        return self.filter(status=JobStatus.WORKING)

    def unattended(self, now: datetime, *, since: datetime) -> JobQuerySet:
        """Return the exports that nobody works on: their message is older than `since`, or their worker fell silent."""
        return self.working().filter(Q(lease_until__lte=now) | Q(lease_until__isnull=True, created_at__lte=since), kind=JobKind.EXPORT)

    def claim(self, *, worker: str, lease_until: datetime, now: datetime) -> bool:
        """Take one export for this worker, unless it is over or another worker has it."""
        free = self.working().filter(Q(lease_until__lte=now) | Q(lease_until__isnull=True), kind=JobKind.EXPORT)
        return free.update(worker=worker, lease_until=lease_until, attempts=F("attempts") + 1, updated_at=now) == 1

    def note(self, done: int, total: int | None, message: str, *, now: datetime, **held: object) -> int:
        """Say how far the jobs are that are still working; return how many."""
        return self.working().update(done=done, total=total, message=message[:300], updated_at=now, **held)

    def end(self, status: JobStatus, message: str, *, now: datetime, **outcome: object) -> int:
        """End those that are still working; return how many."""
        return self.working().update(status=status, message=message[:300], updated_at=now, worker="", lease_until=None, **outcome)


class Job(models.Model):
    """Work that goes on after the call that asked for it: this row says how far it is, and survives every process."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=10, choices=JobKind)
    tool = models.CharField(max_length=60, help_text="The verb that asked for it, by the name of its tool.")
    campaign = models.ForeignKey(Campaign, null=True, blank=True, on_delete=models.CASCADE, related_name="jobs")
    lead_import = models.ForeignKey(LeadImport, null=True, blank=True, on_delete=models.CASCADE, related_name="jobs")
    requested_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    credential = models.CharField(max_length=60, blank=True)
    request = models.JSONField(default=dict, blank=True, help_text="What was asked for, as far as the work needs it.")
    status = models.CharField(max_length=10, choices=JobStatus, default=JobStatus.WORKING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True, blank=True)
    message = models.CharField(max_length=300, blank=True)
    result = models.JSONField(null=True, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    worker = models.CharField(max_length=60, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    cancel_asked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=JobStatus.values), name="job_status_is_known"),
            models.CheckConstraint(condition=Q(kind__in=JobKind.values), name="job_kind_is_known"),
            models.CheckConstraint(condition=Q(result__isnull=True) | Q(status="completed"), name="only_a_completed_job_has_a_result"),
            models.CheckConstraint(condition=Q(kind="export") | Q(campaign__isnull=False), name="launch_and_import_have_a_campaign"),
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(kind="launch", status="working"), name="one_working_launch_per_campaign"
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "lease_until"], condition=Q(status="working"), name="working_jobs"),
            models.Index(fields=["workspace", "-id"], name="job_by_workspace"),
            models.Index(fields=["expires_at"], name="job_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.status})"

    @property
    def is_working(self) -> bool:
        return self.status == JobStatus.WORKING

    @property
    def broke_off(self) -> bool:
        """Whether it failed by a fault of ours, and not for a reason that its caller can do something about."""
        return self.status == JobStatus.FAILED and self.error_code == BROKEN_OFF

    @property
    def percent(self) -> int | None:
        """How much is done, 0 to 100; None while nobody knows of how much."""
        if self.status == JobStatus.COMPLETED:
            return 100
        return min(100 * self.done // self.total, 100) if self.total else None

    @property
    def poll_after_ms(self) -> int:
        """How long whoever waits for it should wait before asking again."""
        return 5_000 if (self.total or 0) > LARGE else 2_000

    @property
    def error(self) -> dict[str, Any] | None:
        """Why it failed: a code and a sentence."""
        return {"code": self.error_code, "message": self.message} if self.status == JobStatus.FAILED else None
