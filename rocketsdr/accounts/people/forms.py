from __future__ import annotations

from django import forms

from rocketsdr.accounts.forms import RULES
from rocketsdr.accounts.people.roles import MEANING
from rocketsdr.accounts.services import MAX_WORKSPACE_NAME
from rocketsdr.lib.errors import DomainError, Invalid


class VerbForm(forms.Form):
    """A form whose verb may refuse: what it says stands at the field it names, or above them all."""

    def refuse(self, exc: DomainError) -> None:
        """Show why the verb refused."""
        field = exc.field if isinstance(exc, Invalid) and exc.field in self.fields else None
        self.add_error(field, f"{exc.message} {exc.fix}".strip())


class InviteForm(VerbForm):
    email = forms.EmailField(label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label="Role", initial="member")

    def __init__(self, *args: object, roles: tuple[str, ...], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        choices = [(role, f"{role.capitalize()}: {MEANING[role].lower()}") for role in roles]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField has them


class JoinForm(VerbForm):
    """What a new person says of themselves; the address is the invitation's."""

    name = forms.CharField(label="Your name", max_length=150, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password1 = forms.CharField(
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=RULES,
    )
    password2 = forms.CharField(label="The same again", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def clean_password2(self) -> str:
        if self.cleaned_data.get("password1") not in (None, self.cleaned_data["password2"]):
            raise forms.ValidationError("The two passwords differ.")
        return str(self.cleaned_data["password2"])


class WorkspaceForm(VerbForm):
    name = forms.CharField(label="Company", max_length=MAX_WORKSPACE_NAME, widget=forms.TextInput(attrs={"autocomplete": "organization"}))
    postal_address = forms.CharField(
        label="Postal address",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
        help_text="Stands at the foot of every e-mail; real sending needs it.",
    )
