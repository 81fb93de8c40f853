from __future__ import annotations

from typing import Any

from allauth.account import forms as account_forms
from django.http import HttpRequest

from rocketsdr.lib.jobs import enqueue

NOBODY = 0
RULES = "At least 10 characters, and not one of the common ones."


class ResetPasswordForm(account_forms.ResetPasswordForm):  # type: ignore[misc]  # the library ships no types
    """Asks a worker for the mail, also where there is nobody to write to: the answer then takes the same time."""

    def save(self, request: HttpRequest, **_: Any) -> str:
        enqueue("accounts.send_reset_link", user_id=next((user.pk for user in self.users), NOBODY))
        return str(self.cleaned_data["email"])
