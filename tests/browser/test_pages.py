"""Every page, wide and narrow, light and dark, as a stranger, an owner and an operator see it: axe-core and the layout find no fault."""

from __future__ import annotations

import re
from http import HTTPStatus

import pytest
from django.contrib import admin
from django.db.models import Model
from django.urls import reverse
from playwright.sync_api import APIResponse, Page

from rocketsdr.accounts.models import User
from tests.browser import addresses, cast
from tests.browser.addresses import FOR_VISITORS
from tests.browser.cast import Company, Furnished
from tests.browser.visit import Visit, path_of

ROUTES = addresses.routes()
FOR_PEOPLE = [route for route in ROUTES if route not in FOR_VISITORS]
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
SIGN_IN = "/sign-in/"


@pytest.fixture(scope="session")
def operator() -> User:
    return cast.operator()


def opened(visit: Visit, path: str, *, status: int = 200) -> Page:
    """Open an address, which has to answer with its page."""
    if status != 200:
        visit.watch.expects(status, path)
    response = visit.page.goto(path)
    assert response is not None
    assert response.status == status, path
    return visit.page


def answered(visit: Visit, route: str) -> APIResponse:
    """Ask for an address of this pattern, whichever it leaves open, without following where it leads."""
    return visit.context.request.get(addresses.any_address(route), max_redirects=0)


def takes_forms_only(visit: Visit, route: str) -> bool:
    """Say whether an address is for what forms send, and no page."""
    return answered(visit, route).status == HTTPStatus.METHOD_NOT_ALLOWED


def asks_who_they_are(visit: Visit, route: str) -> bool:
    """Say whether an address leads to the page to sign in, which has its own turn."""
    return answered(visit, route).headers.get("location", "").startswith(SIGN_IN)


def called(who: str, route: str) -> str:
    """Return the name of a page's pictures; a page of one thing is not called like the list of all."""
    return f"{who}-{re.sub(r'[^a-z]+', '-', re.sub(r'<[^>]*>', 'one', route)).strip('-') or 'home'}"


def ids_of(visitor: Furnished, route: str) -> dict[str, str]:
    return visitor.ids if addresses.open_parts(route) else {}


@pytest.mark.parametrize("route", ROUTES)
def test_a_page_is_for_everybody_signed_out(visits, furnished, inspect, route):
    visit = visits.open()
    if takes_forms_only(visit, route) or asks_who_they_are(visit, route):
        return
    page = opened(visit, addresses.address(route, ids_of(furnished, route)))
    inspect(page, called("visitor", route))


@pytest.mark.parametrize("route", FOR_PEOPLE)
def test_a_page_is_for_everybody_signed_in_with_data(visits, furnished, inspect, route):
    visit = visits.open(furnished.owner)
    if takes_forms_only(visit, route):
        return
    path = addresses.address(route, ids_of(furnished, route))
    page = opened(visit, path)
    assert path_of(page) == path
    inspect(page, called("owner", route))


@pytest.mark.parametrize("route", [route for route in FOR_PEOPLE if not addresses.open_parts(route)])
def test_a_page_is_for_everybody_where_nothing_is_yet(visits, empty: Company, inspect, route):
    visit = visits.open(empty.owner)
    if takes_forms_only(visit, route):
        return
    page = opened(visit, f"/{route}")
    inspect(page, called("empty", route))


@pytest.mark.parametrize(("path", "status"), [("/nothing/", 404), ("/password/reset/1-2-3/", 200), ("/admin/", 200)])
def test_a_page_of_no_use_is_for_everybody(visits, inspect, path, status):
    page = opened(visits.open(), path, status=status)
    inspect(page, called("visitor", f"{status} {path}"))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_the_admin_is_for_everybody(visits, furnished, operator, inspect, model: type[Model]):
    visit = visits.open(operator)
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    row = model._default_manager.first()
    paths = [reverse(f"{name}_changelist"), *([reverse(f"{name}_change", args=[row.pk])] if row else [])]
    for path in paths:
        inspect(opened(visit, path), called("operator", path))


@pytest.mark.parametrize("name", ["index", "password_change"])
def test_the_admins_own_pages_are_for_everybody(visits, operator, inspect, name):
    path = reverse(f"admin:{name}")
    inspect(opened(visits.open(operator), path), called("operator", path))


def test_what_is_excepted_from_the_walk_exists():
    assert addresses.unused_exceptions() == set()
