"""A forgotten password: one mail with a link that works once, for the person who owns the address."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from rocketsdr.accounts.models import User


def send_reset_link(*, user_id: int) -> None:
    """Mail this person a link to choose a new password; do nothing for somebody who is not there or may not sign in."""
    user = User.objects.filter(id=user_id, is_active=True).first()
    if user is None:
        return
    uid, token = user_pk_to_url_str(user), default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
    text = render_to_string("account/email/password_reset.txt", {"url": settings.PUBLIC_URL + path, "user": user})
    send_mail("Choose a new RocketSDR password", text, None, [user.email])
