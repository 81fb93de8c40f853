"""Settings → Members, joining by invitation, and the second factor."""

from __future__ import annotations

import time

from allauth.mfa.totp.internal import auth as totp
from playwright.sync_api import Locator, expect

from tests.browser.pages.screen import Screen


class Members(Screen):
    path = "/settings/members/"

    def invite(self, email: str, *, role: str) -> None:
        """Send an invitation."""
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Role", exact=True).select_option(role)
        self.button("Send the invitation").click()
        expect(self.row(email)).to_be_visible()

    def row(self, email: str) -> Locator:
        return self.page.get_by_role("row").filter(has_text=email)


class Join(Screen):
    path = "/join/"

    def follow(self, link: str) -> None:
        """Open the link of the mail."""
        self.page.goto(link)

    def join(self, *, name: str, password: str) -> None:
        """Say who one is, and choose a password."""
        self.page.get_by_label("Your name").fill(name)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_label("The same again").fill(password)
        self.button("Join").click()

    def is_used_up(self) -> None:
        expect(self.heading("This link does not work any more")).to_be_visible()


class SecondFactor(Screen):
    """Setting it up: the page shows a secret once, and wants a code that an app has made of it."""

    path = "/settings/account/second-factor/set-up/"

    def confirm(self, password: str) -> None:
        """Say once more who one is, which whoever changes how they sign in is asked for."""
        self.page.get_by_label("Password", exact=True).fill(password)
        self.button("Go on").click()
        expect(self.page.locator("#secret")).to_be_visible()

    def secret(self) -> str:
        """Return the key that is to be typed into the app."""
        return (self.page.locator("#secret").text_content() or "").strip()

    def switch_on(self, code: str) -> list[str]:
        """Give the app's code; return the recovery codes that are shown once."""
        self.page.get_by_label("Code").fill(code)
        self.button("Switch it on").click()
        expect(self.heading("Recovery codes")).to_be_visible()
        return (self.page.locator("#codes").text_content() or "").split()

    def is_asked_for(self) -> None:
        expect(self.heading("Your second factor")).to_be_visible()

    def sign_in(self, code: str) -> None:
        """Give the code that is asked for after the password."""
        self.page.get_by_label("Code").fill(code)
        self.button("Sign in").click()
        expect(self.heading("Your second factor")).to_have_count(0)


def code_of(secret: str, *, later: int = 0) -> str:
    """Return what an app shows for this secret now, or so many half minutes later."""
    counter = int(time.time()) // 30 + later
    shown: str = totp.format_hotp_value(totp.hotp_value(secret, counter))
    return shown
