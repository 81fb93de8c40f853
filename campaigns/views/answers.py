"""What every page that acts has in common: a verb is tried, and a refusal is said where the person can do something about it."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from rocketsdr.lib.errors import Conflict, DomainError, Invalid, LimitReached, ProviderFailed

SAID = (Invalid, Conflict, LimitReached, ProviderFailed)  # what is not there or not allowed has a page of its own


def by_form(form: forms.Form, verb: Callable[[], object]) -> bool:
    """Do what a valid form asks for; False, with the reason in the form, where that is refused."""
    try:
        verb()
    except SAID as exc:
        field = getattr(exc, "field", "")
        form.add_error(field if field in form.fields else None, sentence(exc))
        return False
    return True


def by_button(request: HttpRequest, verb: Callable[[], object], *, said: str) -> bool:
    """Do what a button asks for, and say on the next page that it is done or why not."""
    try:
        verb()
    except SAID as exc:
        messages.error(request, sentence(exc))
        return False
    messages.success(request, said)
    return True


def sentence(exc: DomainError) -> str:
    """Return what went wrong and what to do about it."""
    return f"{exc.message} {exc.fix}".strip()
