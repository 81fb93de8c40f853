"""A notary beside the platform: keeps what people have read before they approved it, and holds every e-mail that arrives against it."""

from __future__ import annotations

import copy
import email
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Self, cast

from campaigns.models import Campaign, CampaignStatus, Delivery, DeliveryStatus, Sender, SequenceStep
from campaigns.rules import rendering
from campaigns.services import composing, launching
from rocketsdr.accounts.models import Approval, Workspace
from tests.fakes.recorder import Data

NEVER = [DeliveryStatus.BLOCKED, DeliveryStatus.CANCELLED, DeliveryStatus.FAILED]


class Breach(AssertionError):
    """An e-mail has left that nobody allowed, or an approval was given by somebody who may not."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What one reader gets to see."""

    to_name: str
    subject: str
    text: str
    html: str

    @classmethod
    def of(cls, to_name: str, subject: str, text: str, html: str) -> Self:
        """Leave out what a mail server may change: folded headers, line ends."""
        return cls(" ".join(to_name.split()), " ".join(subject.split()), "\n".join(text.split()), "\n".join(html.split()))

    @classmethod
    def received(cls, message: EmailMessage) -> Self:
        plain, html = (message.get_body((kind,)) for kind in ("plain", "html"))
        bodies = (str(part.get_content()) if part else "" for part in (plain, html))
        return cls.of(message["To"].addresses[0].display_name, str(message["Subject"]), *bodies)


@dataclass(frozen=True)
class Review:
    """A launch as somebody read it before they decided: the e-mails that were written, and for later ones the templates and the leads."""

    approval_id: int
    digest: str
    campaign: Campaign
    steps: list[SequenceStep]
    written: dict[tuple[str, int], Letter]
    people: dict[str, Delivery]

    @classmethod
    def of(cls, approval: Approval) -> Self:
        campaign = Campaign.objects.select_related("workspace").get(id=approval.subject_id)
        deliveries = campaign.deliveries.exclude(status__in=NEVER).select_related("lead", "email", "enrollment", "sender", "step")
        written = {(each.lead.email, each.step.position): _stored(each) for each in deliveries}
        people = {each.lead.email: each for each in deliveries if each.step.position == 1}
        return cls(approval.id, approval.digest, campaign, list(campaign.steps.order_by("position")), written, people)

    def allows(self, letter: Letter, *, recipient: str, position: int, signatures: list[str]) -> bool:
        """Say whether this is what was read, or, for what is written later, what the templates that were read make of the lead that was."""
        if recipient not in self.people:
            return False
        if (recipient, position) in self.written:
            return letter == self.written[recipient, position]
        return letter in self._made(self.people[recipient], position, signatures)

    def _made(self, first: Delivery, position: int, signatures: list[str]) -> Iterator[Letter]:
        """Yield a later e-mail with each of the signatures that the people of the workspace have given themselves."""
        step = self.steps[position - 1]
        for signature in signatures:
            sender = copy.copy(cast("Sender", first.sender))
            sender.signature = signature
            head = composing.of_templates(
                subject=step.subject,
                body=step.body,
                thread_subject="" if step.subject else rendering.reply_subject(self.steps[0].subject),
                facts=self.campaign.facts,
                sender=sender,
                workspace=self.campaign.workspace,
            )
            parts = head.write(first.lead, unsubscribe_url=composing.unsubscribe_url(first.enrollment))
            yield Letter.of(first.lead.full_name, parts.subject, parts.body_text, parts.body_html)


def _stored(delivery: Delivery) -> Letter:
    words = delivery.email
    return Letter.of(delivery.lead.full_name, words.subject, words.body_text, words.body_html)


@dataclass
class Notary:
    """Sees every approval and every DATA of one workspace."""

    workspace_id: int
    signatures: list[str]
    licences: dict[int, Review] = field(default_factory=dict)  # by campaign: what may leave now
    approved: set[int] = field(default_factory=set)  # the approvals that somebody gave who may
    tally: Counter[str] = field(default_factory=Counter)

    def license(self, review: Review) -> None:
        """Take down that somebody who may has approved what they read."""
        self.licences[review.campaign.id] = review

    def check(self, arrived: list[Data]) -> None:
        """Raise `Breach` unless everything that has arrived was allowed; then forget the licences of launches that are to be read anew."""
        given = set(Approval.objects.filter(workspace_id=self.workspace_id, status="approved").values_list("id", flat=True))
        if given != self.approved:
            raise Breach(f"Approvals {given - self.approved} were given by nobody who may.")
        for data in arrived:
            self._check_one(data)
        self._forget()

    def _check_one(self, data: Data) -> None:
        message = email.message_from_bytes(data.content, policy=default)
        delivery = Delivery.objects.select_related("campaign", "step", "lead").get(message_id=str(message["Message-ID"]).strip())
        licence = self.licences.get(delivery.campaign_id)
        if delivery.workspace_id != self.workspace_id or Workspace.objects.get(id=self.workspace_id).paused_at is not None:
            raise Breach(f"To {data.recipients} while the workspace was paused.")
        if licence is None:
            raise Breach(f"To {data.recipients} in campaign {delivery.campaign_id}, which nobody has approved.")
        if not Approval.objects.filter(id=licence.approval_id, status="approved", digest=delivery.campaign.launch_digest).exists():
            raise Breach(f"Campaign {delivery.campaign_id} sends under another digest than was approved.")
        if len(data.recipients) != 1 or message["To"].addresses[0].addr_spec != data.recipients[0]:
            raise Breach(f"The envelope says {data.recipients}, the e-mail {message['To']}.")
        letter, position = Letter.received(message), delivery.step.position
        if not licence.allows(letter, recipient=data.recipients[0], position=position, signatures=self.signatures):
            raise Breach(f"To {data.recipients}, e-mail {position} of campaign {delivery.campaign_id}: nobody has read {letter}.")
        self.tally["sent" if position == 1 else "follow-ups sent"] += 1

    def _forget(self) -> None:
        """What is paused, ended or waits for an approval is read anew before anything more of it may leave."""
        for campaign in Campaign.objects.filter(id__in=[*self.licences]):
            waits = Approval.objects.filter(kind=launching.KIND, subject_id=campaign.id, status="pending").exists()
            if waits or campaign.status in (CampaignStatus.PAUSED, CampaignStatus.ARCHIVED):
                del self.licences[campaign.id]
