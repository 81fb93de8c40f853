"""A person who has no mouse."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page

FARTHEST = 60  # presses of Tab, after which nobody would still look for something
HAS_FOCUS = "element => element === document.activeElement && element.matches(':focus-visible')"


@dataclass(frozen=True)
class Keyboard:
    page: Page

    def go_to(self, target: Locator) -> None:
        """Press Tab until the target has the focus, and shows it."""
        for _ in range(FARTHEST):
            self.page.keyboard.press("Tab")
            if target.count() == 1 and target.evaluate(HAS_FOCUS):
                return
        raise AssertionError(f"{target} is not reached within {FARTHEST} presses of Tab on {self.page.url}.")

    def press(self, target: Locator, key: str = "Enter") -> None:
        """Go to the target and press a key on it."""
        self.go_to(target)
        self.page.keyboard.press(key)

    def follow(self, target: Locator) -> None:
        """Go to a link or the button of a form, and press Enter, which opens another page."""
        self.go_to(target)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def type(self, target: Locator, text: str) -> None:
        """Go to a field and fill it in."""
        self.go_to(target)
        self.page.keyboard.type(text)
