"""What the workspace knows of one person: the lead, every campaign, what has happened last, and what forbids writing to them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from campaigns.models import Conversation, Enrollment, Event, Lead, Suppression
from campaigns.rules import texts
from rocketsdr.accounts.actor import Actor

SHOWN = 20  # campaigns and events, the newest first


@dataclass(frozen=True, slots=True)
class Contact:
    """One address as this workspace knows it. A stranger's lead and nobody at all look the same: there is nothing."""

    email: str
    lead: Lead | None
    suppressions: list[Suppression]
    enrollments: list[Enrollment]
    events: list[Event]
    threads: list[Conversation]


def get_contact(*, actor: Actor, email: str) -> Contact:
    """Return what the workspace knows of whoever has this address; nothing is an answer too."""
    key = email.strip().lower()
    if not texts.is_storable(key):
        return Contact(key, None, [], [], [], [])
    lead = Lead.objects.filter(workspace_id=actor.workspace_id, email_key=key, archived_at__isnull=True).first()
    named = Q(kind=Suppression.Kind.EMAIL, value=key) | Q(kind=Suppression.Kind.DOMAIN, value=key.rpartition("@")[2])
    return Contact(
        email=lead.email if lead else key,
        lead=lead,
        suppressions=list(Suppression.objects.filter(named, workspace_id=actor.workspace_id).order_by("kind")),
        enrollments=list(Enrollment.objects.filter(lead=lead).select_related("campaign").order_by("-id")[:SHOWN]) if lead else [],
        events=list(Event.objects.filter(lead=lead).select_related("campaign").order_by("-at", "-id")[:SHOWN]) if lead else [],
        threads=list(Conversation.objects.filter(lead=lead).order_by("-last_message_at", "-id")[:SHOWN]) if lead else [],
    )
