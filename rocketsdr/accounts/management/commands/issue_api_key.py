from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.core.management.base import CommandParser

from rocketsdr.accounts.actor import ALL_SCOPES, POLICIES, Caps
from rocketsdr.accounts.models.api_key import ApiKeyToolset
from rocketsdr.accounts.services import KeyRules, issue_api_key, operator_of
from rocketsdr.lib.clock import now
from rocketsdr.lib.commands import VerbCommand
from rocketsdr.lib.errors import Invalid

DEFAULT_SCOPES = ALL_SCOPES - {"admin"}  # a program has no business with the workspace's people and keys


class Command(VerbCommand):
    help = "Make an API key for a workspace and print it; it is shown this once. It may whatever its owner may, but manage people and keys."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("workspace", type=int, help="The workspace's id, as create_workspace printed it.")
        parser.add_argument("--name", required=True, help="The program that will use the key.")
        parser.add_argument("--scopes", default="", help="What the key may do, with commas, such as campaigns:read,leads:read.")
        parser.add_argument("--read-only", action="store_true", help="Of the scopes, only those that read are in effect.")
        parser.add_argument("--toolset", choices=ApiKeyToolset.values, default=ApiKeyToolset.CORE, help="What a list of tools shows.")
        parser.add_argument(
            "--policy", choices=POLICIES[1:], default="", help="What its acts meet; the workspace's policy where that is stricter."
        )
        parser.add_argument("--may-approve", action="store_true", help="Let this agent decide what others have asked for.")
        for cap, what in {"calls": "calls", "campaigns": "new campaigns", "leads": "leads", "sends": "e-mails"}.items():
            parser.add_argument(f"--{cap}", type=int, metavar="N", help=f"At most so many {what} a day (UTC).")
        ends = parser.add_mutually_exclusive_group()
        ends.add_argument("--expires", default="", metavar="DAY", help="The last day (UTC) on which it works, such as 2027-01-31.")
        ends.add_argument("--days", type=int, help="End the key after this many days; without either it ends when it is revoked.")

    def handle(self, *, workspace: int, name: str, scopes: str, **given: Any) -> None:
        wanted = frozenset(scopes.replace(",", " ").split()) or DEFAULT_SCOPES
        rules = KeyRules(
            toolset=given["toolset"],
            policy=given["policy"],
            may_approve=given["may_approve"],
            caps=Caps(**{cap: given[cap] for cap in Caps.__slots__}),
            read_only=given["read_only"],
        )
        actor = operator_of(workspace_id=workspace)
        expires_at = _expires_at(given["expires"], given["days"])
        issued = issue_api_key(actor=actor, name=name, scopes=wanted, expires_at=expires_at, rules=rules, now=now())
        self.stdout.write(issued.secret)


def _expires_at(last_day: str, days: int | None) -> datetime | None:
    """Return the first moment at which the key does not work any more."""
    if days is not None:
        return now() + timedelta(days=days)
    if not last_day:
        return None
    try:
        return datetime.combine(date.fromisoformat(last_day), time(), tzinfo=UTC) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise Invalid(f"--expires is {last_day!r:.40}, which is no day.", field="expires", fix="Give one such as 2027-01-31.") from None
