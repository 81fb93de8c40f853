"""What every page may say of the person's second factor; asked only where a template shows it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from rocketsdr.accounts.models import User
from rocketsdr.accounts.security import second_factor


def urge(request: HttpRequest) -> dict[str, Any]:
    """Say whether a notice should urge the signed-in person to set up a second factor."""
    user = getattr(request, "user", None)
    return {"second_factor_urged": SimpleLazyObject(lambda: isinstance(user, User) and second_factor.is_urged(user))}
