"""What lies in the built-in mailbox, told by its e-mails alone: who was written to, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from integrations.providers import builtin_mailbox
from integrations.providers.builtin_mailbox import ReceivedMail


@dataclass(frozen=True, slots=True)
class Postbox:
    """The folder of the mailbox."""

    folder: Path

    def count(self) -> int:
        """Return how many e-mails have arrived."""
        return builtin_mailbox.count(self.folder)

    def recipients(self) -> list[str]:
        """Return everybody who has got an e-mail, in the order of the first ones."""
        mails = builtin_mailbox.messages(self.folder, limit=self.count())
        return list(dict.fromkeys(mail.to_address.lower() for mail in reversed(mails)))

    def of(self, address: str) -> list[ReceivedMail]:
        """Return the e-mails to one person, the newest first."""
        found = builtin_mailbox.messages(self.folder, to=address)
        return [mail for mail in found if mail.to_address.lower() == address.lower()]
