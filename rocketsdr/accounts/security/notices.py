"""What changes how a person signs in is told to them by mail, and stands in the log of each of their workspaces."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse

from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor, Via
from rocketsdr.accounts.audit import Fact
from rocketsdr.accounts.models import ApiKey, Connection, Membership, User
from rocketsdr.lib.clock import now
from rocketsdr.lib.jobs import enqueue

NOTICES = {
    "password.changed": (
        "Your RocketSDR password was changed",
        "The password of your account was changed. You are signed out everywhere else.",
    ),
    "password.reset": (
        "You have a new RocketSDR password",
        "A new password was chosen by the link in our mail. You are signed out everywhere.",
    ),
    "second_factor.added": (
        "Your second factor at RocketSDR is on",
        "An app was set up as the second factor of your account. From now on you need it to sign in.",
    ),
    "second_factor.removed": ("Your second factor at RocketSDR is off", "The second factor of your account was taken away."),
    "second_factor.reset": (
        "Your second factor at RocketSDR was reset",
        "An operator of this installation has reset the second factor of your account, and signed you out everywhere.",
    ),
    "recovery_codes.renewed": ("You have new recovery codes at RocketSDR", "New recovery codes were made; the old ones work no more."),
    "recovery_code.used": ("A recovery code was used at RocketSDR", "Somebody signed in to your account with one of its recovery codes."),
}
# After these somebody else may have been in the account, and what they let in goes on working.
NAMES_PROGRAMS = frozenset({"password.changed", "password.reset", "second_factor.reset", "recovery_code.used"})
MOST_PROGRAMS = 20


@transaction.atomic
def tell(*, user_id: int, notice: str, by: int | None = None, via: Via = "web", **facts: Fact) -> None:
    """Record what has happened to a person's account, and mail it to them after the commit. `by` is who did it, else themselves."""
    record(user_id=user_id, action=notice, by=by, via=via, **facts)
    enqueue("accounts.send_notice", user_id=user_id, notice=notice)


@transaction.atomic
def record(*, user_id: int, action: str, by: int | None = None, via: Via = "web", **facts: Fact) -> None:
    """Write one event in the log of every workspace that the person is a member of, in order of the workspaces."""
    doer = user_id if by is None and via == "web" else by
    mine = Membership.objects.filter(user_id=user_id).order_by("workspace_id").values_list("workspace_id", flat=True)
    for workspace_id in mine:
        audit.record(Actor(workspace_id=workspace_id, user_id=doer, via=via), action, None, member=user_id, **facts)


def send(*, user_id: int, notice: str) -> None:
    """Mail one notice; do nothing for somebody who is not there, or a notice that an older worker does not know."""
    user = User.objects.filter(id=user_id, is_active=True).first()
    if user is None or notice not in NOTICES:
        return
    subject, sentence = NOTICES[notice]
    programs = _programs_of(user, now=now()) if notice in NAMES_PROGRAMS else []
    shown = {
        "user": user,
        "sentence": sentence,
        "url": settings.PUBLIC_URL + reverse("account_reset_password"),
        "programs": programs[:MOST_PROGRAMS],
        "others": len(programs[MOST_PROGRAMS:]),
        "settings": settings.PUBLIC_URL + "/settings/integrations/",
    }
    send_mail(subject, render_to_string("account/email/notice.txt", shown), None, [user.email])


def _programs_of(user: User, *, now: datetime) -> list[str]:
    """Name the keys and the connected apps that act for this person today, the newest first of each."""
    keys = ApiKey.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), maker=user, revoked_at=None).select_related("workspace")
    apps = Connection.objects.live().filter(user=user).select_related("application", "workspace")
    return [
        *(f"the API key {_line(key.name)} (rsdr_live_{key.prefix}…) in {_line(key.workspace.name)}" for key in keys.order_by("-id")),
        *(f"{_line(str(app.application))} at {app.returns_to} in {_line(app.workspace.name)}" for app in apps.order_by("-id")),
    ]


def _line(text: str) -> str:
    return " ".join(text.split())[:100]
