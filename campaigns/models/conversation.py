from __future__ import annotations

from django.db import models
from django.db.models import Q

from campaigns.models.campaign import Campaign
from campaigns.models.lead import Lead
from rocketsdr.accounts.models import Workspace


class ThreadStatus(models.TextChoices):
    NEW = "new"
    INTERESTED = "interested"
    NOT_NOW = "not_now"
    OBJECTION = "objection"
    WRONG_PERSON = "wrong_person"
    REFERRAL = "referral"
    UNSUBSCRIBE = "unsubscribe"
    OUT_OF_OFFICE = "out_of_office"
    MEETING_BOOKED = "meeting_booked"


class Conversation(models.Model):
    """What one lead has written back to one campaign."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="conversations")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="conversations")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="conversations")
    subject = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=15, choices=ThreadStatus, default=ThreadStatus.NEW)
    preview = models.CharField(max_length=200, blank=True)
    unread = models.BooleanField(default=True)
    last_message_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "lead"], name="one_conversation_per_campaign_and_lead"),
            models.CheckConstraint(condition=Q(status__in=ThreadStatus.values), name="thread_status_is_known"),
        ]
        indexes = [
            models.Index(fields=["workspace", "-last_message_at", "-id"], name="inbox"),
            models.Index(
                fields=["workspace", "-last_message_at", "-id"], condition=Q(unread=True), name="unread_inbox"
            ),  # every page counts it
        ]

    def __str__(self) -> str:
        return self.subject or "(no subject)"


class InboundMessage(models.Model):
    """One message that came in, stored once however often it is read from a mailbox. Its text is somebody else's: never trust it."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    message_id = models.CharField(max_length=500)
    in_reply_to = models.CharField(max_length=500, blank=True)
    from_address = models.CharField(max_length=254)
    subject = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    automatic = models.BooleanField(default=False, help_text="An out-of-office note or the like: it does not end a sequence.")
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "message_id"], name="one_row_per_inbound_message")]
        indexes = [models.Index(fields=["conversation", "received_at"], name="inbound_by_conversation")]

    def __str__(self) -> str:
        return f"{self.from_address}: {self.subject}"
