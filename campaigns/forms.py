"""What people fill in at the pages of campaigns. The services decide what is right; a form says what belongs where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self, cast

from django import forms

from campaigns.models import CampaignStatus, EnrollmentStatus
from campaigns.models.conversation import ThreadStatus
from campaigns.rules.targeting.sizes import SIZE_BANDS
from campaigns.services.saved_audiences import MAX_NAME as MAX_AUDIENCE_NAME
from campaigns.services.senders import MAX_DAILY_CAP, MAX_NAME, MAX_SIGNATURE
from integrations.contracts import SmtpEndpoint, TlsMode

PORTS: dict[TlsMode, int] = {"starttls": 587, "tls": 465, "none": 25}
Choices = list[tuple[str, str]]


def _in_words(values: Iterable[str], *, nothing: str) -> Choices:
    return [("", nothing), *((value, value.replace("_", " ").capitalize()) for value in values)]


class Lines(forms.CharField):
    """A list of texts, one on each line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        return [line.strip() for line in str(super().clean(value)).splitlines() if line.strip()]


class AssetForm(forms.Form):
    """What a product and a persona have in common: a form that is filled with what stands there today."""

    @classmethod
    def of(cls, asset: object) -> Self:
        """Return the form filled with what the asset says today."""
        return cls(initial={name: getattr(asset, name) for name in cls.base_fields})


class ProductForm(AssetForm):
    name = forms.CharField(max_length=200)
    description = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text="One or two sentences, as you would say them to a buyer."
    )
    value_props = Lines(label="Value propositions", required=False, help_text="What a buyer gains, one on each line.")
    proof_points = Lines(
        label="Proof points", required=False, help_text="Facts that you can prove, one on each line. No e-mail states any other."
    )
    url = forms.CharField(
        label="Web address", max_length=500, required=False, widget=forms.URLInput(attrs={"placeholder": "https://example.com"})
    )


class PersonaForm(AssetForm):
    name = forms.CharField(max_length=200, help_text="What you call this kind of buyer, such as “Data lead in a scale-up”.")
    title = forms.CharField(label="Job title", max_length=200, required=False)
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    pains = Lines(label="What troubles them", required=False, help_text="One on each line. The first e-mail asks about these.")


class SenderForm(forms.Form):
    """A mailbox at an SMTP server. The password goes in and never comes out again."""

    email = forms.EmailField(label="Address", help_text="The mailbox that e-mails come from.")
    from_name = forms.CharField(label="Name", max_length=MAX_NAME, required=False, help_text="The name that readers see.")
    host = forms.CharField(
        label="SMTP server", max_length=253, widget=forms.TextInput(attrs={"placeholder": "smtp.example.com", "spellcheck": "false"})
    )
    tls = forms.ChoiceField(
        label="Encryption",
        choices=[("starttls", "STARTTLS (usually port 587)"), ("tls", "TLS (usually port 465)"), ("none", "None (usually port 25)")],
    )
    port = forms.IntegerField(required=False, min_value=1, max_value=65535, help_text="Empty: the usual one.")
    username = forms.CharField(
        label="User name", max_length=254, required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )
    password = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Kept encrypted and never shown again. Use an app password where your provider has them.",
    )
    daily_cap = forms.IntegerField(
        label="E-mails a day",
        required=False,
        min_value=1,
        max_value=MAX_DAILY_CAP,
        help_text="Empty: 30, which does no harm to a mailbox's name.",
    )
    signature = forms.CharField(
        max_length=MAX_SIGNATURE, required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text="Stands at the end of each e-mail."
    )

    @property
    def endpoint(self) -> SmtpEndpoint:
        """The server as it was given."""
        given = self.cleaned_data
        tls = cast("TlsMode", given["tls"])
        port = given["port"] or PORTS[tls]
        return SmtpEndpoint(host=given["host"], port=port, tls=tls, username=given["username"], password=given["password"])


class Filter(forms.Form):
    """What a list is narrowed to; what cannot be read narrows nothing, and says so."""

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen, without what was left empty."""
        return {name: value for name, value in self.cleaned_data.items() if value} if self.is_valid() else {}


def _search(placeholder: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"type": "search", "placeholder": placeholder, "autocomplete": "off"})
    return forms.CharField(label="Search", required=False, max_length=200, widget=widget)


class CampaignFilter(Filter):
    query = _search("Part of the name")
    status = forms.ChoiceField(required=False, choices=_in_words(CampaignStatus.values, nothing="Every status"))


class LeadFilter(Filter):
    query = _search("Name, address or company")
    campaign_id = forms.TypedChoiceField(label="Campaign", required=False, coerce=int, empty_value=None)
    status = forms.ChoiceField(label="State", required=False, choices=_in_words(EnrollmentStatus.values, nothing="Every state"))

    def __init__(self, *args: Any, campaigns: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["campaign_id"]).choices = [("", "Every campaign"), *campaigns]


def _more(label: str, placeholder: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"placeholder": placeholder, "autocomplete": "off"})
    return forms.CharField(label=label, required=False, max_length=200, widget=widget)


class FindForm(forms.Form):
    """One more value of each facet that is typed; those chosen before go along as hidden fields."""

    locations = _more("Place", "Munich or DE")
    titles = _more("Job title", "Head of Data")
    technologies = _more("Technology", "Salesforce")
    company_size_min = forms.ChoiceField(
        label="Employees from", required=False, choices=[("", "Any"), *((str(band.low), f"{band.low:,}") for band in SIZE_BANDS)]
    )
    company_size_max = forms.ChoiceField(
        label="Employees to",
        required=False,
        choices=[("", "Any"), *((str(band.high), f"{band.high:,}") for band in SIZE_BANDS if band.high)],
    )
    not_locations = _more("Not in", "Paris")
    not_titles = _more("Not with the title", "Assistant")
    not_technologies = _more("Not with", "SAP")

    @classmethod
    def of(cls, chosen: Mapping[str, str]) -> Self:
        """Return the form with the numbers that are chosen."""
        return cls(initial={name: chosen[name] for name in ("company_size_min", "company_size_max") if name in chosen})


class AudienceForm(forms.Form):
    name = forms.CharField(max_length=MAX_AUDIENCE_NAME)


class InboxFilter(Filter):
    status = forms.ChoiceField(label="Sorted as", required=False, choices=_in_words(ThreadStatus.values, nothing="Everything"))
    campaign_id = forms.TypedChoiceField(label="Campaign", required=False, coerce=int, empty_value=None)
    unread_only = forms.BooleanField(label="Unread only", required=False)

    def __init__(self, *args: Any, campaigns: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["campaign_id"]).choices = [("", "Every campaign"), *campaigns]
