"""The page that finds leads, and the list of saved audiences."""

from __future__ import annotations

from playwright.sync_api import Locator

from tests.browser.pages.screen import Screen


class FindLeads(Screen):
    path = "/leads/find/"

    @property
    def total(self) -> Locator:
        return self.page.get_by_role("heading", level=2, name="Total")

    def type(self, label: str, text: str) -> None:
        """Look for one value more by its words."""
        self.page.get_by_role("textbox", name=label, exact=True).fill(text)
        self.button("Show").click()

    def save(self, name: str) -> Audiences:
        self.page.get_by_text("Save as audience").click()
        self.page.get_by_label("Name of the audience").fill(name)
        self.button("Save").click()
        return Audiences(self.visit)


class Audiences(Screen):
    path = "/leads/audiences/"
