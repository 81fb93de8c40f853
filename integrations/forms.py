from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundField, BoundWidget

from integrations.leads_data import HIGHEST_BUDGET
from rocketsdr.accounts.actor import ALL_SCOPES, READ_SCOPES, SCOPES, Actor, Caps
from rocketsdr.accounts.models import ApiKey
from rocketsdr.accounts.models.api_key import ApiKeyToolset
from rocketsdr.accounts.models.workspace import ApprovalPolicy
from rocketsdr.accounts.services import MAX_CAP, KeyRules, KeyTerms, scopes_within_reach
from rocketsdr.lib.clock import now
from rocketsdr.lib.errors import DomainError, Invalid

PREPARING = READ_SCOPES | {"leads:write", "campaigns:write", "inbox:write"}  # it writes, and nothing of it reaches a person
SELLING = PREPARING | {"campaigns:send", "inbox:send", "compliance:write"}
NUMBERS = frozenset({"analytics:read", "campaigns:read", "senders:read", "oversight:read"})  # nobody's name is in it
WATCHING = READ_SCOPES | {"senders:write", "compliance:write", "oversight:write"}
ONE_BY_ONE = "chosen"
PRESETS: dict[str, tuple[str, str, frozenset[str]]] = {
    "read": ("Read only", "See leads, campaigns, replies and results. Changes nothing.", READ_SCOPES),
    "numbers": ("Numbers", "For dashboards: results, campaigns, senders and quotas. No leads and no replies.", NUMBERS),
    "prepare": ("Prepare", "Also write leads, campaigns and drafts of answers. Sends nothing.", PREPARING),
    "sell": ("Sales agent", "Also launch campaigns and answer replies: real e-mails go to real people.", SELLING),
    "operate": (
        "Operator",
        "Read everything, pause and undo, keep senders and opt-outs in order. Writes no campaign, sends nothing.",
        WATCHING,
    ),
    "everything": ("Full", "Everything that you may do, but for managing members and keys.", ALL_SCOPES - {"admin"}),
}
CAPS = {
    "calls": "Calls of tools",
    "campaigns": "New campaigns",
    "leads": "New leads",
    "sends": "E-mails",
}
TOOLSETS = [("core", "The usual tools, in a list that a model reads quickly"), ("full", "All tools")]
OVERLAPS = [
    ("0", "It ends at once: it has leaked, or nothing uses it"),
    ("1", "1 hour"),
    ("24", "24 hours"),
    ("168", "7 days"),
    ("720", "30 days"),
]


def preset_of(scopes: Collection[str], within: frozenset[str] = ALL_SCOPES) -> str:
    """Return the name of the preset that gives somebody who may `within` exactly these scopes, or of the choice one by one."""
    return next((name for name, (_, _, granted) in PRESETS.items() if granted & within == frozenset(scopes)), ONE_BY_ONE)


class ApiKeyForm(forms.Form):
    """A new key, or one that is changed. It offers only what the person at the page may give away today."""

    name = forms.CharField(max_length=100, help_text="The program that will use it, so that you know it again later.")
    preset = forms.ChoiceField(label="What it may do", widget=forms.RadioSelect, initial="read")
    scopes = forms.MultipleChoiceField(label="Scopes", widget=forms.CheckboxSelectMultiple, required=False)
    expires_on = forms.DateField(
        label="Last day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The key works through this day (UTC). Empty: until you revoke it.",
    )
    calls, campaigns, leads, sends = (
        forms.IntegerField(label=label, required=False, min_value=1, max_value=MAX_CAP) for label in CAPS.values()
    )
    policy = forms.ChoiceField(
        label="What its acts meet",
        required=False,
        help_text="Launches, answers and other acts that reach people. The workspace's policy holds where it is stricter.",
    )
    toolset = forms.ChoiceField(label="Tools in its list", choices=TOOLSETS, required=False, initial="core")
    read_only = forms.BooleanField(label="Only what reads is in effect, whatever its scopes say", required=False)
    may_approve = forms.BooleanField(label="It may decide approvals, but never what it has asked for itself", required=False)

    def __init__(self, *args: Any, actor: Actor, owns: bool = False, key: ApiKey | None = None, **kwargs: Any) -> None:
        self._key = key
        self._mine = scopes_within_reach(actor, key) if key else actor.scopes
        kwargs["initial"] = _filled(key, self._mine) if key else None
        super().__init__(*args, **kwargs)
        presets, single = cast("forms.ChoiceField", self.fields["preset"]), cast("forms.ChoiceField", self.fields["scopes"])
        presets.choices = [*_presets_within(self._mine), (ONE_BY_ONE, "Choose one by one")]
        single.choices = [(scope, text) for scope, text in SCOPES.items() if scope in self._mine]
        cast("forms.ChoiceField", self.fields["policy"]).choices = _policies(key)
        if not (owns or (key and key.may_approve)):
            del self.fields["may_approve"]
        if key is None:
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

    @property
    def caps(self) -> list[BoundField]:
        """The fields that say how much it may on one day."""
        return [self[name] for name in CAPS]

    @property
    def is_limited(self) -> bool:
        """Say whether the part with the limits holds anything that its reader has to see."""
        limits = [*CAPS, "policy", "read_only", "may_approve"]
        return any(self.errors.get(name) or (name in self.fields and self[name].value()) for name in limits)

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
        """The first moment at which the key does not work any more; the day that a key had keeps its hour."""
        last_day = self.cleaned_data["expires_on"]
        if self._key and last_day == _last_day(self._key):
            return self._key.expires_at
        return datetime.combine(last_day, time(), tzinfo=UTC) + timedelta(days=1) if last_day else None

    @property
    def rules(self) -> KeyRules:
        """What is said of the key besides its scopes."""
        given = self.cleaned_data
        return KeyRules(
            toolset=given["toolset"] or ApiKeyToolset.CORE,
            policy=given["policy"],
            may_approve=given.get("may_approve", False),
            caps=Caps(**{name: given[name] for name in CAPS}),
            read_only=given["read_only"],
        )

    @property
    def terms(self) -> KeyTerms:
        """What the key is called, what it may do, how long."""
        return KeyTerms(name=self.cleaned_data["name"], scopes=self.cleaned_data["granted"], expires_at=self.expires_at)

    def refuse(self, error: DomainError) -> None:
        """Show at the field what a service has said of it."""
        field = error.field if isinstance(error, Invalid) else ""
        name = {"expires_at": "expires_on"}.get(field, field)
        self.add_error(name if name in self.fields else None, f"{error.message} {error.fix}".strip())


def _filled(key: ApiKey, within: frozenset[str]) -> dict[str, Any]:
    """Return what the form shows of a key."""
    return {
        "name": key.name,
        "preset": preset_of(key.scopes, within),
        "scopes": key.scopes,
        "expires_on": _last_day(key),
        **asdict(key.caps),
        "policy": key.approval_policy,
        "toolset": key.toolset,
        "read_only": key.read_only,
        "may_approve": key.may_approve,
    }


def _last_day(key: ApiKey) -> date | None:
    return (key.expires_at - timedelta(microseconds=1)).astimezone(UTC).date() if key.expires_at else None


def _policies(key: ApiKey | None) -> list[tuple[str, str]]:
    """Return the policies that can make a difference; the laxest never does, and is shown where a key has it."""
    laxest = ApprovalPolicy.COOLING_OFF
    offered = [(value, label) for value, label in ApprovalPolicy.choices if value != laxest or (key and key.approval_policy == laxest)]
    return [("", "As the workspace says"), *offered]


def _presets_within(scopes: frozenset[str]) -> list[tuple[str, str]]:
    """Return the presets that differ for somebody with these scopes: a viewer's `everything` is `read` again."""
    seen: set[frozenset[str]] = set()
    offered = []
    for name, (label, _, wanted) in PRESETS.items():
        if wanted & scopes and wanted & scopes not in seen:
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


class RotationForm(forms.Form):
    """How long the secret that a key has goes on beside the new one."""

    hours = forms.ChoiceField(label="The old key goes on working for", choices=OVERLAPS, widget=forms.RadioSelect, initial="24")

    @property
    def overlap(self) -> timedelta:
        """The time for which both work."""
        return timedelta(hours=int(self.cleaned_data["hours"]))


class BudgetForm(forms.Form):
    """How many credits of a vendor of lead data may be used in a month."""

    monthly_budget = forms.IntegerField(
        label="Credits a month",
        min_value=0,
        max_value=HIGHEST_BUDGET,
        help_text="A search that would go beyond it is refused before anybody is asked. Months are UTC months.",
    )


class ConnectDataForm(BudgetForm):
    """The workspace's own account at a vendor of lead data; the key is written, never shown."""

    key = forms.CharField(
        label="API key",
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="Stored encrypted, and never shown again.",
    )
    field_order = ("key", "monthly_budget")


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
