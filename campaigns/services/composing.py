"""From templates and a lead to the words of one e-mail: the one function behind every preview and every e-mail sent."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from campaigns.models import Campaign, Enrollment, Lead, RenderedEmail, Sender, SequenceStep
from campaigns.rules import rendering
from campaigns.services.sequences import facts_of
from rocketsdr.accounts.models import Workspace

NOBODY = UUID(int=0)  # the token in the link of a preview for somebody who is not enrolled
LEAD_COLUMNS = ("email", "full_name", "first_name", "last_name", "company", "title", "website", "linkedin_url", "phone", "city", "country")


@dataclass(frozen=True)
class Letterhead:
    """What the e-mails of one step from one sender have in common, read once for many leads."""

    subject: str
    body: str
    thread_subject: str
    facts: dict[str, dict[str, object]]
    footer: tuple[str, ...]

    @cached_property
    def digest(self) -> str:
        """Name everything that the words depend on besides the lead."""
        source = [self.subject, self.body, self.thread_subject, self.facts, self.footer]
        return hashlib.sha256(json.dumps(source, sort_keys=True).encode()).hexdigest()

    def write(self, lead: Lead, *, unsubscribe_url: str) -> rendering.Parts:
        """Write the e-mail to one lead; what stands in the way is reported in it, never raised."""
        facts = {**self.facts, "lead": rendering.lead_facts({name: getattr(lead, name) for name in LEAD_COLUMNS}, lead.custom)}
        parts = rendering.message_parts(self.subject or self.thread_subject, self.body, facts)
        return rendering.add_footer(parts, lines=self.footer, unsubscribe_url=unsubscribe_url)


def letterhead(*, campaign: Campaign, step: SequenceStep, first: SequenceStep, sender: Sender, workspace: Workspace) -> Letterhead:
    """Return what a step of a campaign says in the name of this sender."""
    thread_subject = "" if step.subject else rendering.reply_subject(first.subject)
    return of_templates(
        subject=step.subject, body=step.body, thread_subject=thread_subject, facts=facts_of(campaign), sender=sender, workspace=workspace
    )


def of_templates(
    *, subject: str, body: str, thread_subject: str, facts: dict[str, dict[str, object]], sender: Sender | None, workspace: Workspace
) -> Letterhead:
    """Return what these templates say; without a sender (a preview before one is connected) its facts are the workspace's."""
    name = (sender.from_name if sender else "") or workspace.name
    said_by: dict[str, object] = {"name": name, "email": sender.email if sender else "", "signature": sender.signature if sender else ""}
    own: dict[str, object] = {"name": workspace.name, "postal_address": workspace.postal_address}
    footer = (f"{workspace.name}, {' '.join(workspace.postal_address.split())}".rstrip(", "),)
    return Letterhead(subject, body, thread_subject, {**facts, "sender": said_by, "workspace": own}, footer)


def unsubscribe_url(enrollment: Enrollment) -> str:
    """Return the address at which this lead opts out; it stands in every e-mail and works for ever."""
    return f"{settings.PUBLIC_URL}{_unsubscribe_path().replace(str(NOBODY), str(enrollment.opt_out_token))}"


@lru_cache(maxsize=1)
def _unsubscribe_path() -> str:
    """Return the path of the link that is nobody's; making it anew costs as much as half an e-mail."""
    return reverse("campaigns:unsubscribe", args=[NOBODY])


def rendered(parts: rendering.Parts, *, delivery_id: int, source_digest: str) -> RenderedEmail:
    """Return the row that keeps these words for sending."""
    return RenderedEmail(
        delivery_id=delivery_id,
        subject=parts.subject[:500],  # a longer one is blocked, and kept as far as it can be
        body_text=parts.body_text,
        body_html=parts.body_html,
        missing_variables=list(parts.missing_variables),
        digest=digest(parts.subject, parts.body_text, parts.body_html),
        source_digest=source_digest,
    )


def digest(subject: str, body_text: str, body_html: str) -> str:
    """Name the words of one e-mail."""
    return hashlib.sha256("\x00".join([subject, body_text, body_html]).encode()).hexdigest()
