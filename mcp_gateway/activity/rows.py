"""The entries of the audit log as the page shows them: a sentence, who did it and with what, where the thing is, if it can be undone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import NoReverseMatch, reverse

from campaigns.queries.names import names_of
from mcp_gateway.activity.sentences import sentence, thing
from mcp_gateway.journal import Effect, Entry
from rocketsdr.accounts import undo
from rocketsdr.accounts.actor import Actor, parts_of
from rocketsdr.accounts.audit import Fact
from rocketsdr.accounts.identity import names_of_credentials

DOORS = {"mcp": "MCP", "rest": "REST", "web": "web app", "admin": "admin", "shell": "shell", "job": "platform", "recipient": "recipient"}
PAGES = {  # where each kind of thing is shown; a page that an installation does not have is no link
    "apikey": "integrations:api_key",
    "campaign": "campaigns:campaign",
    "persona": "campaigns:persona",
    "product": "campaigns:product",
}
LISTS = {
    "sender": "campaigns:senders",
    "approval": "approvals",
    "connection": "integrations:connections",
    "dataaccount": "integrations:lead_data",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One entry, told."""

    id: int
    at: datetime
    who: str
    credential: str
    door: str
    client: str
    tool: str
    before: str
    thing: str
    after: str
    address: str
    facts: dict[str, Fact]
    undo_until: datetime | None
    may_undo: bool

    @property
    def sentence(self) -> str:
        """The whole sentence, for a reader without links."""
        return f"{self.before}{self.thing}{self.after}".strip()


def rows(actor: Actor, entries: Sequence[Entry]) -> list[Row]:
    """Tell these entries, with the names of what they speak of; it costs a statement for each kind of thing."""
    ids: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        for effect in entry.effects:
            kind, number = _split(effect.entity)
            if number is not None:
                ids[kind].add(number)
    names = names_of(actor=actor, ids=ids)
    keys = {f"key:{number}" for number in ids["apikey"]}
    credentials = names_of_credentials(workspace_id=actor.workspace_id, credentials={entry.actor for entry in entries} | keys)
    names |= {("apikey", number): credentials[f"key:{number}"] for number in ids["apikey"] if f"key:{number}" in credentials}
    return [_row(actor, entry, effect, names, credentials) for entry in entries for effect in entry.effects]


def _row(actor: Actor, entry: Entry, effect: Effect, names: dict[tuple[str, int], str], credentials: dict[str, str]) -> Row:
    kind, number = _split(effect.entity)
    before, after = sentence(effect.action)
    name = names.get((kind, number), "") if number is not None else ""
    known = [credentials[part] for part in parts_of(entry.actor) if part in credentials]
    return Row(
        id=entry.id,
        at=entry.at,
        who=" + ".join(known) or ("The platform" if entry.actor == "platform" else entry.actor),
        credential=entry.actor if known else "",
        door=DOORS.get(entry.via, entry.via),
        client=entry.client,
        tool=entry.tool,
        before=before,
        thing=thing(kind, number, name),
        after=after,
        address=_address(kind, number if name else None),  # what has no name any more has no page either
        facts=effect.facts,
        undo_until=entry.undo_until,
        may_undo=entry.undo_until is not None and undo.scope_to_undo(effect.action) in actor.scopes,
    )


def _split(entity: str) -> tuple[str, int | None]:
    kind, _, number = entity.partition(":")
    return kind, int(number) if number else None


def _address(kind: str, number: int | None) -> str:
    """Return the page of a thing; empty where there is none."""
    try:
        if kind in PAGES and number is not None:
            return reverse(PAGES[kind], args=[number])
        return reverse(LISTS[kind]) if kind in LISTS else ""
    except NoReverseMatch:
        return ""
