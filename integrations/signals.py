"""What rises from a provider: neutral events. Who cares listens; this app does not know what a campaign is."""

from django.dispatch import Signal

mail_received = Signal()  # sender: the MailAccount class; account: MailAccount; mail: contracts.InboundMail
