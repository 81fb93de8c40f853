"""What all pages have in common. A page is one class, and all that it is recognised by stands there: roles, names, labels."""

from __future__ import annotations

from typing import ClassVar, Self

from playwright.sync_api import Locator, Page, expect

from tests.browser.visit import Visit


class Screen:
    """A page as a person finds their way on it."""

    path: ClassVar[str]

    def __init__(self, visit: Visit) -> None:
        self.visit = visit

    @property
    def page(self) -> Page:
        return self.visit.page

    def open(self) -> Self:
        """Go there by its address."""
        self.page.goto(self.path)
        return self

    def heading(self, name: str) -> Locator:
        """Return the page's own heading of this name."""
        return self.page.get_by_role("heading", level=1, name=name)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("link", name=name)

    @property
    def settings_link(self) -> Locator:
        """The way to the settings of programs in the main navigation."""
        main = self.page.get_by_role("navigation", name="Main")
        return main.get_by_role("link", name="Settings", exact=True).or_(main.get_by_role("link", name="Integrations", exact=True))

    def is_told(self, text: str) -> None:
        """Wait until the page says what has happened."""
        expect(self.page.get_by_role("status").filter(has_text=text)).to_be_visible()

    def work_in(self, workspace: str) -> None:
        """Choose another workspace in the menu of the account."""
        self.page.get_by_role("button", name="Your account").click()
        self.button(workspace).click()
        self.is_told(f"You now work in {workspace}.")
