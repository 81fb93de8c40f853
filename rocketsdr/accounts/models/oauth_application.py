from __future__ import annotations

import re
from datetime import datetime

from django.db import models
from oauth2_provider.models import AbstractApplication

FIXED_CLIENT_ID = "rocketsdr"  # the public client that everybody may enter by hand
# ChatGPT leads back to one address for each connector that a person makes; the one place where an address need not match exactly.
CHATGPT = re.compile(r"https://chatgpt\.com/connector/oauth/[A-Za-z0-9_-]{6,64}", re.ASCII)


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

    def redirect_uri_allowed(self, uri: str) -> bool:
        """Say whether the person may be led back to this address."""
        if self.client_id == FIXED_CLIENT_ID and CHATGPT.fullmatch(uri):
            return True
        return bool(super().redirect_uri_allowed(uri))
