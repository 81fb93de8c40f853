from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models

from rocketsdr.lib import statements


class ClockManager(models.Manager["Clock"]):
    def offset(self) -> timedelta:
        """Return how far this installation's clock is moved; zero where nobody moved it."""
        rows = statements.read('SELECT "offset" FROM accounts_clock', {})  # several times a second, before all else of a request
        return rows[0][0] if rows else timedelta()


class Clock(models.Model):
    """How far the embedded installation's clock is moved. At most one row, and only ever forward."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    offset = models.DurationField(default=timedelta)

    objects: ClassVar[ClockManager] = ClockManager()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="there_is_one_clock")]

    def __str__(self) -> str:
        return str(self.offset)
