"""The built-in mailbox, and the page behind the unsubscribe link of an e-mail."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.pages.screen import Screen
from tests.browser.visit import Visit


class Mailbox(Screen):
    path = "/mailbox/"

    def mail_to(self, address: str) -> Locator:
        return self.page.get_by_role("main").get_by_role("link").filter(has_text=address)

    def has_mail_to(self, address: str) -> bool:
        """Look once, as it is now."""
        self.open()
        return self.mail_to(address).count() > 0

    def read(self, address: str) -> Mail:
        """Open the newest e-mail to this address."""
        self.mail_to(address).first.click()
        return Mail(self.visit)


class Mail(Screen):
    path = "/mailbox/"

    @property
    def text(self) -> str:
        return self.page.get_by_role("region", name="Message").locator("pre.mail-text").first.text_content() or ""

    def unsubscribe_page(self) -> Unsubscribe:
        """Follow the link of the mail, which opens in a tab of its own."""
        with self.page.expect_popup() as tab:
            self.link("Open the page").click()
        return Unsubscribe(Visit(tab.value, self.visit.context, self.visit.watch))


class Unsubscribe(Screen):
    path = "/u/"

    def confirm(self, company: str) -> None:
        """Press the one button there is."""
        expect(self.heading(f"No more e-mails from {company}?")).to_be_visible()
        self.button("Unsubscribe").click()
        self.is_done()

    def is_done(self) -> None:
        expect(self.heading("You are unsubscribed")).to_be_visible()
