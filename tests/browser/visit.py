"""Browser contexts as people have them: signed out or in, and always watched."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from rocketsdr.accounts.models import User
from tests.browser.watch import Watch

WIDE, NARROW, HEIGHT = 1280, 360, 800  # pixels
SECONDS = 10.0  # that a state may take to come


@dataclass
class Visit:
    """One context with one page."""

    page: Page
    context: BrowserContext
    watch: Watch


@dataclass
class Visits:
    """The contexts of one test."""

    browser: Browser
    origin: str
    made: list[Visit] = field(default_factory=list)

    def open(self, user: User | None = None, *, others: tuple[str, ...] = (), clipboard: bool = False) -> Visit:
        """Open a context; `user` is signed in already. Pages of `others` may be visited besides our own."""
        context = self.browser.new_context(
            base_url=self.origin,
            viewport={"width": WIDE, "height": HEIGHT},
            reduced_motion="reduce",  # a state is reached at once
            locale="en-GB",
            timezone_id="UTC",
        )
        context.set_default_timeout(SECONDS * 1000)
        if clipboard:
            context.grant_permissions(["clipboard-read", "clipboard-write"], origin=self.origin)
        watch = Watch(self.origin, others=others)
        watch.over(context)
        if user is not None:
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": _session_of(user), "url": self.origin}])
        visit = Visit(context.new_page(), context, watch)
        self.made.append(visit)
        return visit

    def faults(self) -> list[str]:
        """Return what any page did that it must not."""
        return [fault for visit in self.made for fault in visit.watch.faults]

    def close(self) -> None:
        for visit in self.made:
            visit.context.close()


def path_of(page: Page) -> str:
    """Return the path of the address that the page is at."""
    return urlsplit(page.url).path


def _session_of(user: User) -> str:
    """Return a session of this person, as signing in gives one."""
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value
