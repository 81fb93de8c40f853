"""Every page of the product, found by walking its URL patterns: a new page is looked at without anybody listing it.

What a pattern leaves open is filled in from the cast (`Furnished.ids`), which knows it by its name, or by the start of the address and
its name where two pages mean different things by one (`u/token`). What is no page says here why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

OPEN_PART = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:\[[^\]]*\]|[^()\[\]])+\)")
ADMIN = "admin/"

ANYTHING = {"int": "0", "str": "x", "uuid": "00000000-0000-0000-0000-000000000000"}

# What answers to GET and is no page: words and files for programs.
NO_PAGE = {
    "healthz": "a word for a load balancer",
    "readyz": "a word for a load balancer",
    "exports/<str:token>": "a file to keep",
    "mailbox/<str:mail_id>/html/": "somebody else's HTML, in a frame of the mail's page",
    "mailbox/<str:mail_id>/source/": "plain text",
    "docs/mcp-llm.md": "a text for language models",
    "llms.txt": "a text for language models",
    "settings/integrations/activity/activity.csv": "a file to keep",
}
FOR_PROGRAMS = ("api/", ".well-known/", "o/")  # JSON, whatever follows; the page of consent has a journey
ELSEWHERE = {  # each leads to another page
    "settings/",
    "docs/",
    "docs/mcp/",
    "settings/account/second-factor/",
    "settings/account/password/first/",  # for whoever has none yet
    "settings/integrations/oauth-clients/<int:client_pk>/check/",  # without an address to check
}
IN_JOURNEYS = {  # pages that need a state that only a journey reaches, and are looked at there
    "join/": "test_people: an invitation",
    "join/<str:token>/": "test_people: leads to the page of the invitation",
    "sign-in/code/": "test_people: the password was right",
    "settings/account/confirm/code/": "the same page as sign-in/code/, in other words",
    "settings/account/second-factor/set-up/": "test_people: a sign-in of just now",
    "settings/account/second-factor/remove/": "test_people: a second factor",
    "settings/account/second-factor/recovery-codes/": "test_people: a second factor",
    "settings/account/second-factor/recovery-codes/new/": "test_people: a second factor",
}
FOR_VISITORS = {  # nobody meets them who is signed in
    "sign-in/",
    "sign-in/inactive/",
    "password/reset/",
    "password/reset/sent/",
    "password/reset/done/",
    r"password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[-0-9A-Za-z]+)/",
}


def routes() -> list[str]:
    """Return the patterns of all pages but the admin's."""
    return [
        route
        for route in _walk(get_resolver())
        if not route.startswith((ADMIN, *FOR_PROGRAMS)) and route not in {*NO_PAGE, *ELSEWHERE, *IN_JOURNEYS}
    ]


def open_parts(route: str) -> list[str]:
    """Return the names of what the pattern leaves open."""
    return [first or second for first, second in OPEN_PART.findall(route)]


def address(route: str, ids: dict[str, str]) -> str:
    """Fill a pattern in; return the path of its page."""
    start = route.split("/", maxsplit=1)[0]
    known = {name: ids.get(f"{start}/{name}", ids.get(name)) for name in open_parts(route)}
    if missing := [name for name, value in known.items() if value is None]:
        raise LookupError(f"tests/browser/cast.py has no {' and no '.join(missing)} for the page {route}: add one to `furnish`.")
    return "/" + OPEN_PART.sub(lambda part: str(known[part[1] or part[2]]), route)


def any_address(route: str) -> str:
    """Fill a pattern in with anything that it takes, to ask which methods its view knows."""
    return "/" + OPEN_PART.sub(lambda part: ANYTHING.get(part[0].strip("<").split(":")[0], "x"), route)


def unused_exceptions() -> set[str]:
    """Return what is excepted here and exists no more."""
    return {*NO_PAGE, *ELSEWHERE, *IN_JOURNEYS, *FOR_VISITORS} - set(_walk(get_resolver()))


def _walk(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern).removeprefix("^").removesuffix("$")
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from _walk(pattern, route)
