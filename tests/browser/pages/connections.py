"""Letting a program in: the page of consent, and the list of what is connected."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.pages.screen import Screen


class Consent(Screen):
    path = "/o/authorize/"

    def asks(self, *, program: str, email: str) -> None:
        """Wait until it says who asks and who would let them in."""
        expect(self.heading(f"Connect {program}?")).to_be_visible()
        expect(self.page.get_by_text(email)).to_be_visible()
        expect(self.page.get_by_text("a program on this computer")).to_be_visible()

    def workspaces(self) -> list[str]:
        """Return the names of the workspaces that can be connected."""
        return [label.strip() for label in self.page.get_by_role("group").locator("label strong").all_text_contents()]

    def allow(self, workspace: str) -> None:
        """Choose a workspace and let the program in."""
        self.page.get_by_role("radio", name=workspace).check()
        self.button("Allow").click()
        expect(self.page.get_by_role("heading", name="You can close this window.")).to_be_visible()

    def deny(self) -> None:
        self.button("Deny").click()
        expect(self.page.get_by_role("heading", name="You can close this window.")).to_be_visible()


class ConnectedApps(Screen):
    path = "/settings/integrations/connections/"

    def row(self, program: str) -> Locator:
        return self.page.get_by_role("row").filter(has_text=program)

    def has(self, program: str, *, times: int = 1) -> None:
        expect(self.row(program)).to_have_count(times)

    def disconnect(self, program: str) -> None:
        """End a connection, and answer the question whether one means it."""
        self.row(program).get_by_role("link", name="Disconnect").click()
        self.button("Disconnect it").click()
        expect(self.heading("Connected apps")).to_be_visible()
        self.has(program, times=0)
