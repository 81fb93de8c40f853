"""Signing in, and a new password for somebody who has forgotten theirs."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.pages.screen import Screen


class SignIn(Screen):
    path = "/sign-in/"

    @property
    def email(self) -> Locator:
        return self.page.get_by_label("Email")

    @property
    def password(self) -> Locator:
        return self.page.get_by_label("Password")

    def send(self, email: str, password: str) -> None:
        """Fill the form in and send it."""
        self.email.fill(email)
        self.password.fill(password)
        self.button("Sign in").click()

    def enter(self, email: str, password: str) -> None:
        """Sign in from wherever one is asked to."""
        self.send(email, password)
        expect(self.heading("Sign in")).to_have_count(0)

    def is_refused(self) -> None:
        expect(self.page.get_by_role("alert")).to_be_visible()
        expect(self.heading("Sign in")).to_be_visible()


class ForgottenPassword(Screen):
    path = "/password/reset/"

    def ask(self, email: str) -> None:
        """Ask for a link by mail."""
        self.page.get_by_label("Email").fill(email)
        self.button("Send the link").click()
        expect(self.heading("Look into your mail")).to_be_visible()


class NewPassword(Screen):
    path = "/password/reset/"

    def follow(self, link: str) -> None:
        """Open the link of the mail."""
        self.page.goto(link)

    def choose(self, password: str) -> None:
        """Give the new password twice."""
        first, second = self.page.get_by_role("textbox").all()
        first.fill(password)
        second.fill(password)
        self.button("Save the password").click()
        expect(self.heading("Your new password is saved")).to_be_visible()

    def is_used_up(self) -> None:
        expect(self.heading("This link does not work any more")).to_be_visible()
