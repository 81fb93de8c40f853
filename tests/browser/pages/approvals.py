"""What agents have asked for and a person decides."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.pages.screen import Screen


class Approvals(Screen):
    path = "/approvals/"

    def request(self, words: str) -> Locator:
        """Return the request whose heading holds these words."""
        return self.page.get_by_role("region").filter(has=self.page.get_by_role("heading", name=words))

    def read(self, words: str) -> str:
        """Return what the recipients would read, unfolded where it is not."""
        request = self.request(words)
        text = request.locator("pre")
        if not text.is_visible():
            request.get_by_text("What they would read").click()
        expect(text).to_be_visible()
        return text.text_content() or ""

    def approve(self, words: str) -> None:
        self.request(words).get_by_role("button", name="Approve").click()
        self.is_told("Approved.")

    def nothing_waits(self) -> None:
        expect(self.page.get_by_role("heading", name="Nothing waits")).to_be_visible()
