"""What reverses the actions of campaigns: the verbs that people have too, and the reasons where there is none."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from campaigns.models import DeliveryStatus, Persona, Product
from campaigns.queries.campaigns import get_campaign
from campaigns.queries.personas import get_persona
from campaigns.queries.products import get_product
from campaigns.services import assets, campaigns, personas, products
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.accounts.undo import Inverse, Left, Undone

MAY_HAVE_LEFT = [DeliveryStatus.SENT, DeliveryStatus.INFLIGHT, DeliveryStatus.UNKNOWN]
WRITE = "campaigns:write"


def undo_creation(actor: Actor, event: AuditEvent, needed: dict[str, Any], now: datetime) -> Undone:
    """Archive a draft; pause a campaign that was launched, and say what has left already."""
    campaign = get_campaign(actor=actor, campaign_id=event.subject_id or 0)
    if campaign.launched_at is not None:
        return undo_launch(actor, event, needed, now)
    campaigns.archive(actor=actor, campaign_id=campaign.id, now=now)
    return Undone(undone=(f"The draft {campaign.id} is archived; nothing of it was ever sent.",))


def undo_launch(actor: Actor, event: AuditEvent, needed: dict[str, Any], now: datetime) -> Undone:
    """Pause the campaign, and say what has left already."""
    held = campaigns.pause(actor=actor, campaign_id=event.subject_id or 0, reason="The launch was undone.", now=now)
    left = held.campaign.deliveries.filter(status__in=MAY_HAVE_LEFT).count()
    paused = f"The campaign {held.campaign.id} is paused: {held.held_messages:,} planned e-mails are held back until resume_campaign."
    if not left:
        return Undone(undone=(f"{paused} Nothing had left.",))
    sent = Left(what=f"{left:,} {'e-mail' if left == 1 else 'e-mails'}", why="What has left cannot be called back.")
    return Undone(undone=(paused,), not_undoable=(sent,))


def undo_asset(actor: Actor, event: AuditEvent, needed: dict[str, Any], now: datetime) -> Undone:
    """Delete a product or persona that no campaign uses."""
    asset = _asset(actor, event)
    assets.discard(actor=actor, asset=asset)
    return Undone(undone=(f"The {event.subject_kind} {event.subject_id} is deleted.",))


def undo_change(actor: Actor, event: AuditEvent, needed: dict[str, Any], now: datetime) -> Undone:
    """Give a product or persona the words back that it had, but for those that were changed again since."""
    asset = _locked(_asset(actor, event))
    before, after = needed["before"], needed["after"]
    restored = [name for name in before if getattr(asset, name) == after[name]]
    since = tuple(Left(what=name, why="It was changed again since.") for name in before if name not in restored)
    if not restored:
        return Undone(not_undoable=since)
    changes = {name: before[name] for name in restored}
    if isinstance(asset, Product):
        products.update_product(actor=actor, product_id=asset.id, changes=changes, now=now)
    else:
        personas.update_persona(actor=actor, persona_id=asset.id, changes=changes, now=now)
    told = f"The {event.subject_kind} {event.subject_id} has its previous {', '.join(restored)} again."
    return Undone(undone=(told,), not_undoable=since)


def _asset(actor: Actor, event: AuditEvent) -> Product | Persona:
    if event.subject_kind == "product":
        return get_product(actor=actor, product_id=event.subject_id or 0)
    return get_persona(actor=actor, persona_id=event.subject_id or 0)


def _locked(asset: Product | Persona) -> Product | Persona:
    """Read the asset anew and let nobody change it before the undo has: words that somebody has just written would be lost."""
    return type(asset).objects.select_for_update(no_key=True).get(id=asset.id)


INVERSES = {
    "campaign.created": Inverse(WRITE, undo_creation),
    "campaign.launched": Inverse(WRITE, undo_launch),
    "campaign.launched_again": Inverse(WRITE, undo_launch),
    "campaign.resumed": Inverse(WRITE, undo_launch),
    "product.created": Inverse(WRITE, undo_asset),
    "persona.created": Inverse(WRITE, undo_asset),
    "product.updated": Inverse(WRITE, undo_change),
    "persona.updated": Inverse(WRITE, undo_change),
}

REASONS = {
    "campaign.paused": "Undoing never lifts a pause: use resume_campaign, which the approval policy meets.",
    "campaign.archived": "An archived campaign has ended for good: create a new one.",
    "csv.attached": "revert_import takes back the leads that nobody has written to.",
    "csv.imported": "revert_import takes back the leads that nobody has written to.",
    "leads.reverted": "Leads that were taken back are gone: import them again.",
    "audience.saved": "Delete the audience at its page.",
    "audience.renamed": "Rename the audience at its page.",
    "audience.deleted": "A deleted audience is gone: save it again.",
    "product.deleted": "A deleted product is gone: create_product makes a new one.",
    "persona.deleted": "A deleted persona is gone: create_persona makes a new one.",
    "suppression.added": "Undoing never lifts a suppression: a person removes it, with evidence, and an opt-out stays for good.",
    "delivery.settled": "It says what became of an e-mail; a person settles it anew in the admin.",
    "export.requested": "An export changes nothing; its file is deleted by itself.",
    "export.made": "An export changes nothing; its file is deleted by itself.",
    "job.cancelled": "A job that was cancelled is over: do what it was for again.",
    "campaign.review_withdrawn": "The campaign has changed, so what was to be reviewed is gone: it is reviewed anew.",
    "conversation.read": "Mark it as unread.",
    "conversation.unread": "Mark it as read.",
    "sender.paused": "Undoing never lifts a pause: a person resumes the sender.",
    "sender.resumed": "Pause the sender again.",
    "sender.added": "A mailbox is removed by a person, under Settings → Integrations.",
}
