"""A browser as small as the demo needs it: pages, their forms, cookies; what a person clicks, it clicks."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self
from urllib.parse import urljoin

import httpx2

SECONDS_PER_PAGE = 30.0
TYPED = {"input", "textarea", "select"}


class PageFailed(Exception):
    """A page did not come, or not with what it should hold; the message is a sentence."""


@dataclass
class Form:
    """A form of a page with the values that stand in it."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """A page that was opened."""

    url: str
    forms: list[Form]
    links: list[str]

    def form(self, action: str) -> Form:
        """Return the form that goes to an address ending like this."""
        found = next((form for form in self.forms if form.action.endswith(action)), None)
        if found is None:
            raise PageFailed(f"The page {self.url} has no form for {action}.")
        return found

    def link(self, start: str) -> str:
        """Return the first link to an address below this one."""
        found = next((link for link in self.links if link.startswith(start) and link != start), None)
        if found is None:
            raise PageFailed(f"The page {self.url} has no link below {start}.")
        return found


class Browser:
    """Opens pages of one server and keeps its cookies."""

    def __init__(self, url: str) -> None:
        self._http = httpx2.Client(base_url=url, follow_redirects=True, timeout=SECONDS_PER_PAGE, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def open(self, path: str, **query: str) -> Page:
        """Open a page."""
        return _page(self._http.get(path, params=query))

    def submit(self, form: Form, **typed: str) -> Page:
        """Fill a form in and send it; return the page that follows."""
        return _page(self._http.post(form.action, data={**form.values, **typed}))

    def sign_in(self, email: str, password: str) -> None:
        """Sign in as a person does; the sign-in page again means that the server did not let us in."""
        page = self.open("/sign-in/")
        after = self.submit(page.form("/sign-in/"), login=email, password=password)
        if "/sign-in/" in after.url:
            raise PageFailed(f"{email} could not sign in.")


def _page(response: httpx2.Response) -> Page:
    if response.is_error:
        raise PageFailed(f"The page {response.url} answered with {response.status_code}.")
    reader = _Reader(str(response.url))
    reader.feed(response.text)
    return Page(str(response.url), reader.forms, reader.links)


class _Reader(HTMLParser):
    """Notes the forms and links of a page."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._inside = False
        self.forms: list[Form] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = True
            self.forms.append(Form(urljoin(self._url, said.get("action", "")), said.get("method", "get")))
        elif tag == "a" and "href" in said:
            self.links.append(said["href"])
        elif self._inside and tag in TYPED and said.get("name"):
            self.forms[-1].values[said["name"]] = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "form"
