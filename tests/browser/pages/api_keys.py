"""Settings → Integrations → MCP API keys: the list, the form, the page that shows a key once, the question before it is revoked."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.pages.screen import Screen


class ApiKeys(Screen):
    path = "/settings/integrations/api-keys/"

    def row(self, name: str) -> Locator:
        return self.page.get_by_role("row").filter(has_text=name)

    def new_key(self) -> NewApiKey:
        """Follow the link to the form; an empty list has another word for it."""
        self.page.get_by_role("main").get_by_role("link", name="New key").or_(self.link("Make the first key")).click()
        return NewApiKey(self.visit)

    def is_in_state(self, name: str, state: str) -> None:
        expect(self.row(name).get_by_text(state, exact=True)).to_be_visible()

    def unfold_ended(self) -> None:
        """Show the keys that have ended, which stand folded below."""
        self.page.get_by_text("that has ended").click()

    def revoke(self, name: str) -> None:
        """Revoke a key, and answer the question whether one means it."""
        self.row(name).get_by_role("link", name="Revoke").click()
        self.button("Revoke the key").click()
        self.is_told("is revoked")


class NewApiKey(Screen):
    path = "/settings/integrations/api-keys/new/"
    usual, least = "Prepare", "Read only"

    @property
    def name(self) -> Locator:
        return self.page.get_by_label("Name", exact=True)

    @property
    def make_button(self) -> Locator:
        return self.button("Make the key")

    def preset(self, name: str) -> Locator:
        return self.page.get_by_role("radio", name=name)

    def make(self, name: str, *, preset: str) -> MadeApiKey:
        """Fill the form in and send it."""
        self.name.fill(name)
        self.preset(preset).check()
        self.make_button.click()
        return MadeApiKey(self.visit)


class MadeApiKey(Screen):
    path = NewApiKey.path

    @property
    def copy_button(self) -> Locator:
        return self.button("the key")

    @property
    def shown(self) -> str:
        """The key as it stands on the page."""
        return (self.page.get_by_text("rsdr_live_").first.text_content() or "").strip()

    def copied(self) -> str:
        """Press the button that copies the key; return what is in the clipboard then."""
        self.copy_button.click()
        return self.clipboard()

    def clipboard(self) -> str:
        """Return what the page says it has copied."""
        self.is_told("Copied to the clipboard.")
        text: str = self.page.evaluate("navigator.clipboard.readText()")
        return text

    def leave(self) -> ApiKeys:
        self.link("I have copied it").click()
        return ApiKeys(self.visit)
