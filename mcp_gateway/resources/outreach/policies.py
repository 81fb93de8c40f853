from __future__ import annotations

from campaigns.rules import backoff
from mcp_gateway import confirmation, idempotency
from mcp_gateway.resource import MARKDOWN, resource
from mcp_gateway.tool.wording import count
from rocketsdr.accounts import approvals, identity, quotas, undo
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now

_POLICIES = {
    "cooling_off": "It is done as asked; the first e-mail is held for {hold}, and until then pause_campaign stops it.",
    "confirm": "The first call answers with a preview and a confirmation_token that holds for {token}; the same call with the token acts.",
    "approval": "It waits for a person, who has {days} to decide; without a decision it does not happen.",
}
_SENDING = [
    "An e-mail is sent at most once. One that a server may have taken in silence is unknown; only a person's word sends it again.",
    "Nothing leaves outside a campaign's sending hours or beyond a sender's daily cap; follow-ups use the same cap as first e-mails.",
    f"When a server asks for a later try, there are {len(backoff.WAITS)} more; a final refusal ends the sequence.",
    "An answer, an opt-out, a bounce or an entry in the suppression list ends a sequence at once. Out-of-office notes do not.",
    "Every e-mail has a link to opt out and the workspace's postal address. Nothing can lift an opt-out.",
    "What was approved is what is sent: changes to a product or a persona do not reach a campaign that is launched.",
]
_KEPT = [
    f"The first answer to an idempotency_key: {count(idempotency.KEPT_FOR.days, 'day')}.",
    f"What undo_action needs to take an action back: {count(undo.KEPT_FOR.days, 'day')}.",
    "An uploaded CSV: until its leads are read. The rows that were refused stay with their reasons.",
    "An entry of the suppression list: it never expires.",
    "The audit log: for good. It holds ids and digests, no addresses.",
]


@resource(uri="outreach://policies", title="Policies", mime_type=MARKDOWN, scope=None)
def policies(actor: Actor) -> str:
    """What an act of this credential meets before real e-mails leave, the daily quotas, the rules of sending, and what is kept."""
    policy = approvals.policy_of(actor)
    facts = identity.describe(actor=actor).policies
    terms = {
        "hold": count(facts.hold_minutes, "minute"),
        "token": count(int(confirmation.LIFETIME.total_seconds()) // 60, "minute"),
        "days": count(approvals.DECIDABLE_FOR.days, "day"),
    }
    paused = ["The workspace is paused: nothing is sent before a person resumes it."] if facts.paused else []
    acts = [f"Policy: {policy}. {_POLICIES[policy].format(**terms)}", "Pausing is never gated.", *paused]
    used = [f"{each.name}: {each.used} of {each.limit} today (UTC)" for each in quotas.overview(actor, now=now())]
    spared = "Dry runs, replays, confirmations and refused calls use none."
    sections = {"Acts": acts, "Daily quotas": [*used, spared], "Sending": _SENDING, "Kept": _KEPT}
    return "\n\n".join(f"## {title}\n\n" + "\n".join(f"- {line}" for line in lines) for title, lines in sections.items())
