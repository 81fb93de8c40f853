from __future__ import annotations

from typing import Any, cast, get_args

from django import forms

from mcp_gateway.activity.rows import DOORS
from mcp_gateway.activity.sentences import KINDS, SENTENCES
from mcp_gateway.journal import Wanted
from rocketsdr.accounts.actor import Actor, Via
from rocketsdr.accounts.models import Membership
from rocketsdr.accounts.services import list_api_keys

DAY = {"type": "date"}


class FilterForm(forms.Form):
    """Which part of the log somebody wants to see; everything may stay empty."""

    by = forms.ChoiceField(label="By", required=False)
    action = forms.ChoiceField(label="Action", required=False)
    tool = forms.CharField(label="Tool", required=False, max_length=64, widget=forms.TextInput(attrs={"placeholder": "create_campaign"}))
    about = forms.CharField(label="About", required=False, max_length=64, widget=forms.TextInput(attrs={"placeholder": "campaign:12"}))
    start = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs=DAY))
    end = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs=DAY))
    agents = forms.BooleanField(label="Agents only", required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = str(self.data.get("by", ""))
        self.select("by").choices = [("", "Anybody"), *_people(actor), *_keys(actor, chosen), _doors()]
        self.select("action").choices = [("", "Any action"), *_actions()]

    def select(self, name: str) -> forms.ChoiceField:
        """Return one of the fields that offer a list."""
        return cast("forms.ChoiceField", self.fields[name])

    @property
    def wanted(self) -> Wanted:
        """Return which entries are asked for; a field that is wrong asks for nothing."""
        given: dict[str, Any] = {name: self.cleaned_data.get(name) or None for name in self.fields}
        return Wanted(
            actor=given["by"],
            tool=given["tool"],
            entity=_entity(given["about"]),
            start=given["start"],
            end=given["end"],
            action=given["action"],
            by_agents=bool(given["agents"]),
        )


def _entity(about: str | None) -> str | None:
    """Return a thing as the log names it; a person may write `API key 12` for `apikey:12`."""
    if about is None:
        return None
    kind, _, number = about.strip().replace(":", " ").rpartition(" ")
    kind, number = (kind, number) if number.isdigit() else (about, "")
    slug = next((slug for slug, noun in KINDS.items() if kind.strip().lower() in (slug, noun.lower())), kind.strip().lower())
    return f"{slug}:{number}" if number else slug


def _people(actor: Actor) -> list[tuple[str, list[tuple[str, str]]]]:
    members = Membership.objects.filter(workspace_id=actor.workspace_id).order_by("user__email")
    return [("People, and their agents", [(email, email) for email in members.values_list("user__email", flat=True)])]


def _keys(actor: Actor, chosen: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Offer the keys that the person may know of, and whatever credential a link has brought them here with."""
    keys = [(key.credential, f"{key.name} (rsdr_live_{key.prefix}…)") for key in list_api_keys(actor=actor)]
    if ":" in chosen and chosen not in dict(keys):
        keys.append((chosen, chosen))
    return [("Credentials", keys)] if keys else []


def _doors() -> tuple[str, list[tuple[str, str]]]:
    return ("Through", [(via, f"{DOORS[via][0].upper()}{DOORS[via][1:]}") for via in get_args(Via)])


def _actions() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the actions by what they are about."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for action in SENTENCES:
        noun, _, verb = action.partition(".")
        groups.setdefault(noun.replace("_", " ").capitalize(), []).append((action, verb.replace("_", " ").capitalize()))
    return list(groups.items())
