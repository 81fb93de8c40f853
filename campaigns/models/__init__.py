from campaigns.models.audience import Audience
from campaigns.models.campaign import Campaign, CampaignStatus
from campaigns.models.conversation import Conversation, InboundMessage
from campaigns.models.delivery import Delivery, DeliveryStatus, RenderedEmail
from campaigns.models.directory import Company, Directory, DirectoryLoad, LawfulBasis, Person, Technology
from campaigns.models.enrollment import Enrollment, EnrollmentStatus
from campaigns.models.event import Event, EventKind
from campaigns.models.job import Job, JobKind, JobStatus
from campaigns.models.lead import Lead
from campaigns.models.lead_import import ImportKind, LeadImport, LeadImportProblem
from campaigns.models.persona import Persona
from campaigns.models.product import Product
from campaigns.models.sender import Sender, SenderDay, SenderStatus
from campaigns.models.sequence import SequenceStep
from campaigns.models.suppression import Suppression, SuppressionReason

__all__ = [
    "Audience",
    "Campaign",
    "CampaignStatus",
    "Company",
    "Conversation",
    "Delivery",
    "DeliveryStatus",
    "Directory",
    "DirectoryLoad",
    "Enrollment",
    "EnrollmentStatus",
    "Event",
    "EventKind",
    "ImportKind",
    "InboundMessage",
    "Job",
    "JobKind",
    "JobStatus",
    "LawfulBasis",
    "Lead",
    "LeadImport",
    "LeadImportProblem",
    "Person",
    "Persona",
    "Product",
    "RenderedEmail",
    "Sender",
    "SenderDay",
    "SenderStatus",
    "SequenceStep",
    "Suppression",
    "SuppressionReason",
    "Technology",
]
