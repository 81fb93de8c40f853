"""The pages of campaigns, for people who are signed in; and one for the recipient of an e-mail, who has no account here."""

from campaigns.views.unsubscribing import unsubscribe

__all__ = ["unsubscribe"]
