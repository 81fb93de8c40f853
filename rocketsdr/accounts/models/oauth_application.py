from __future__ import annotations

from datetime import datetime

from django.db import models
from oauth2_provider.models import AbstractApplication


class OAuthApplication(AbstractApplication):  # type: ignore[misc]  # the library ships no types
    """An OAuth client. Ours from the first migration on, because a model cannot be swapped later."""

    disabled_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        null=True, blank=True, help_text="Set: no grant of this client works any more."
    )

    class Meta(AbstractApplication.Meta):  # type: ignore[misc]  # the library ships no types
        verbose_name = "OAuth application"

    def is_usable(self, request: object) -> bool:
        """Say whether this client may authorise and refresh; the library asks before each."""
        return self.disabled_at is None
