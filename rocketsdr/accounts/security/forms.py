"""The forms that take a code: each code counts once, for as long as the clock would take it."""

from __future__ import annotations

from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.core.cache import cache

from rocketsdr.lib import crypto

FIELD = {"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}


class UsedOnce(forms.Form):
    """The library forgets a code after one period, but takes the one before and after too: remember it for all of them."""

    label = "Code from your app, or a recovery code"
    user: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label, code.widget = self.label, forms.TextInput(attrs=FIELD)
        code.widget.is_required = True

    def clean_code(self) -> str:
        code = str(super().clean_code())  # type: ignore[misc]  # of the library's form beside this one
        digits = "".join(letter for letter in code if letter.isdigit())
        seconds = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
        if not cache.add(f"code:{self.user.pk}:{crypto.digest(digits)[:32]}", 1, timeout=seconds):
            raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(UsedOnce, mfa.AuthenticateForm):  # type: ignore[misc]  # the library ships no types
    """After the password."""


class ReauthenticateForm(UsedOnce, mfa.ReauthenticateForm):  # type: ignore[misc]  # likewise
    """Before something that only the person themselves may do."""


class ActivateForm(UsedOnce, totp.ActivateTOTPForm):  # type: ignore[misc]  # likewise
    """The first code of a new app."""

    label = "Code that the app shows"
