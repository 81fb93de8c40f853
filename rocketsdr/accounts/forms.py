from __future__ import annotations

from typing import Any

from allauth.account import forms as account_forms
from django import forms
from django.http import HttpRequest

from rocketsdr.lib.jobs import enqueue

NOBODY = 0
RULES = "At least 10 characters, and not one of the common ones."


class PlainPasswords(forms.Form):
    """Labels and one sentence, where the library has placeholders and a list inside a paragraph."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name == "password1":
                field.help_text = RULES
                field.label = "New password"
        self.fields["password2"].label = "The same again"

    def clean_password2(self) -> str:
        """Say it at the field, in the words of the other pages."""
        if self.cleaned_data.get("password1") not in (None, self.cleaned_data["password2"]):
            raise forms.ValidationError("The two passwords differ.")
        return str(self.cleaned_data["password2"])


class ChangePasswordForm(PlainPasswords, account_forms.ChangePasswordForm):  # type: ignore[misc]  # the library ships no types
    """By somebody who is signed in, and knows the present one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = "Present password"


class SetPasswordForm(PlainPasswords, account_forms.SetPasswordForm):  # type: ignore[misc]  # likewise
    """By somebody who is signed in, and has none."""


class ResetPasswordKeyForm(PlainPasswords, account_forms.ResetPasswordKeyForm):  # type: ignore[misc]  # likewise
    """By the reader of a mail."""


class ResetPasswordForm(account_forms.ResetPasswordForm):  # type: ignore[misc]  # the library ships no types
    """Asks a worker for the mail, also where there is nobody to write to: the answer then takes the same time."""

    def save(self, request: HttpRequest, **_: Any) -> str:
        enqueue("accounts.send_reset_link", user_id=next((user.pk for user in self.users), NOBODY))
        return str(self.cleaned_data["email"])
