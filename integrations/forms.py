from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundWidget

from rocketsdr.accounts.actor import READ_SCOPES, SCOPES, Actor
from rocketsdr.lib.clock import now

PREPARING = READ_SCOPES | {"leads:write", "campaigns:write", "inbox:write"}  # it writes, and nothing of it reaches a person
ONE_BY_ONE = "chosen"
PRESETS: dict[str, tuple[str, str, frozenset[str]]] = {
    "read": ("Read only", "See leads, campaigns, replies and results. Changes nothing.", READ_SCOPES),
    "prepare": ("Prepare", "Also write leads, campaigns and drafts of answers. Sends nothing.", PREPARING),
    "everything": ("Everything you may do", "Also launch campaigns: real e-mails go to real people.", frozenset(SCOPES)),
}


class ApiKeyForm(forms.Form):
    """A new key. It offers only what the person who makes it may do today."""

    name = forms.CharField(max_length=100, help_text="The program that will use it, so that you know it again later.")
    preset = forms.ChoiceField(label="What it may do", widget=forms.RadioSelect, initial="read")
    scopes = forms.MultipleChoiceField(label="Scopes", widget=forms.CheckboxSelectMultiple, required=False)
    expires_on = forms.DateField(
        label="Last day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The key works through this day (UTC). Empty: until you revoke it.",
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._mine = actor.scopes
        presets, single = cast("forms.ChoiceField", self.fields["preset"]), cast("forms.ChoiceField", self.fields["scopes"])
        presets.choices = [*_presets_within(actor.scopes), (ONE_BY_ONE, "Choose one by one")]
        single.choices = [(scope, text) for scope, text in SCOPES.items() if scope in actor.scopes]
        self.fields["expires_on"].widget.attrs["min"] = now().date().isoformat()

    @property
    def preset_options(self) -> list[tuple[BoundWidget, str]]:
        """The presets with what each means."""
        return [(option, _meaning(str(option.data["value"]))) for option in self["preset"].subwidgets]

    @property
    def scope_groups(self) -> list[tuple[str, list[BoundWidget]]]:
        """The scopes, those that only read apart from those that act."""
        options = list(self["scopes"].subwidgets)
        reading = [option for option in options if option.data["value"] in READ_SCOPES]
        return [("See", reading), ("Change and act", [option for option in options if option not in reading])]

    def clean(self) -> dict[str, Any]:
        """Make one set of scopes out of the preset or the single ones."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        preset = given.get("preset")
        given["granted"] = PRESETS[preset][2] & self._mine if preset in PRESETS else frozenset(given.get("scopes", []))
        if preset == ONE_BY_ONE and not given["granted"] and "scopes" not in self.errors:
            self.add_error("scopes", "Choose at least one.")
        return given

    @property
    def expires_at(self) -> datetime | None:
        """The first moment at which the key does not work any more."""
        last_day = self.cleaned_data["expires_on"]
        return datetime.combine(last_day, time(), tzinfo=UTC) + timedelta(days=1) if last_day else None


def _presets_within(scopes: frozenset[str]) -> list[tuple[str, str]]:
    """Return the presets that differ for somebody with these scopes: a viewer's `everything` is `read` again."""
    seen: set[frozenset[str]] = set()
    offered = []
    for name, (label, _, wanted) in PRESETS.items():
        if wanted & scopes not in seen:
            offered.append((name, label))
        seen.add(wanted & scopes)
    return offered


def _meaning(preset: str) -> str:
    return PRESETS[preset][1] if preset in PRESETS else "For a program that needs exactly this and no more."


class OAuthClientForm(forms.Form):
    """A workspace's own OAuth client: what people will be asked about, and where they may be led back to."""

    name = forms.CharField(max_length=100, help_text="People read it when they are asked to let the program in.")
    redirect_uris = forms.CharField(
        label="Redirect URIs",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "none"}),
        help_text="One a line, exactly as the program sends them: https, or http on 127.0.0.1, [::1] or localhost, which matches any port.",
    )

    def clean_redirect_uris(self) -> list[str]:
        """Split into lines; what else stands in one is for the policy to judge."""
        return [line.strip() for line in self.cleaned_data["redirect_uris"].splitlines() if line.strip()]


class NewOAuthClientForm(OAuthClientForm):
    """A new one, of a kind that does not change any more."""

    kind = forms.ChoiceField(
        widget=forms.RadioSelect,
        initial="public",
        choices=[("public", "Public"), ("confidential", "Confidential")],
    )

    MEANINGS = {
        "public": "For programs on people's own computers, in a browser or on a phone. It has no secret, and proves itself by PKCE.",
        "confidential": "For a program on your own server that can keep a secret. It proves itself by the secret and by PKCE.",
    }

    @property
    def kind_options(self) -> list[tuple[BoundWidget, str]]:
        """The kinds with what each means."""
        return [(option, self.MEANINGS[str(option.data["value"])]) for option in self["kind"].subwidgets]


class RedirectCheckForm(forms.Form):
    """An address to compare with the registered ones."""

    uri = forms.CharField(
        label="redirect_uri of the request",
        max_length=2000,
        strip=False,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "none"}),
    )


class ReplyForm(forms.Form):
    """What the recipient of a mail answers."""

    text = forms.CharField(label="Answer", max_length=20_000, widget=forms.Textarea(attrs={"rows": 5}))


class ClockForm(forms.Form):
    """How far an operator moves the embedded installation's clock, to see what a hold or a wait would bring."""

    STEPS = {"10": "10 minutes: past a hold", "1440": "1 day", "4320": "3 days: the second e-mail", "7200": "5 days: the third e-mail"}

    minutes = forms.ChoiceField(label="Move the clock by", choices=list(STEPS.items()))

    @property
    def by(self) -> timedelta:
        """The time to move by."""
        return timedelta(minutes=int(self.cleaned_data["minutes"]))
