"""The built-in mailbox of the embedded mode: every e-mail as its recipient would see it, with their ways to answer."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import parseaddr
from functools import wraps
from typing import Any

from csp.constants import HEADER as CSP
from csp.utils import build_policy
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from integrations import mailbox
from integrations.forms import ClockForm, ReplyForm
from integrations.models import MailAccount
from integrations.providers import builtin_mailbox
from integrations.providers.builtin_mailbox import ReceivedMail
from integrations.views import recipient
from rocketsdr.accounts import services
from rocketsdr.accounts.http import my_workspaces
from rocketsdr.lib.clock import now
from rocketsdr.lib.errors import DomainError

View = Callable[..., HttpResponse]
PAGE = 50
READER = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "form-action": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'self'"],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],  # a click on a link, and nothing else
}


def embedded_only(view: View) -> View:
    """Let the page exist for signed-in people of an installation that has the built-in mailbox."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if settings.MAILBOX_DIR is None or not settings.EMBEDDED:
            raise Http404("This installation has no built-in mailbox.")
        return login_required(view)(request, *args, **kwargs)

    return guarded


@require_safe
@never_cache
@embedded_only
def index(request: HttpRequest) -> HttpResponse:
    """List the mails that this person may see, the newest first."""
    to, before = request.GET.get("to", "").strip(), request.GET.get("before", "")
    found = builtin_mailbox.messages(_folder(), to=to, senders=_senders_seen_by(request), before=before, limit=PAGE + 1)
    shown = {"mails": found[:PAGE], "to": to, "before": before, "older": found[PAGE - 1].id if len(found) > PAGE else ""}
    clock = {"clock": ClockForm(), "time": now()} if _is_operator(request) else {}
    return render(request, "integrations/mailbox/index.html", {**shown, **clock})


@require_POST
@embedded_only
def move_clock(request: HttpRequest) -> HttpResponse:
    """Move the installation's clock forward, so that nobody has to wait for a hold or a follow-up to see it."""
    form = ClockForm(request.POST)
    if not _is_operator(request):
        raise PermissionDenied("Only an operator moves the clock: it is the same for everybody here.")
    if form.is_valid():
        services.move_clock(by=form.by)
        messages.success(request, f"It is {now():%A, %d %B, %H:%M} UTC here now. What is due arrives in a moment.")
    return redirect("integrations:mailbox")


@require_safe
@never_cache
@embedded_only
def show(request: HttpRequest, mail_id: str) -> HttpResponse:
    """Show one mail with what its recipient can do."""
    return _page(request, _visible(request, mail_id), ReplyForm())


@require_POST
@embedded_only
def reply(request: HttpRequest, mail_id: str) -> HttpResponse:
    """Answer as the recipient: the answer comes in like any other mail."""
    mail, form = _visible(request, mail_id), ReplyForm(request.POST)
    if not form.is_valid():
        return _page(request, mail, form)
    try:
        taken = mailbox.receive(raw=recipient.reply(mail, text=form.cleaned_data["text"], now=now()), now=now())
    except DomainError as exc:
        messages.error(request, f"{exc.message} {exc.fix}")
    else:
        messages.success(request, f"The answer from {taken.from_address} has arrived at {taken.to_address}.")
    return redirect("integrations:mail", mail_id=mail.id)


@require_safe
@never_cache
@embedded_only
@xframe_options_sameorigin
def html(request: HttpRequest, mail_id: str) -> HttpResponse:
    """Serve the mail's HTML for the frame on its page: no script runs and nothing is loaded."""
    mail = _visible(request, mail_id)
    response = render(request, "integrations/mailbox/html.html", {"html": recipient.harmless(mail.html)})
    response.headers[CSP] = build_policy(config=READER)
    return response


@require_safe
@never_cache
@embedded_only
def source(request: HttpRequest, mail_id: str) -> HttpResponse:
    """Serve the mail as it came over the wire."""
    mail = _visible(request, mail_id)
    headers = {"Content-Disposition": f'inline; filename="{mail.id}.txt"'}
    return HttpResponse(mail.raw, content_type="text/plain; charset=utf-8", headers=headers)


def _page(request: HttpRequest, mail: ReceivedMail, form: ReplyForm) -> HttpResponse:
    named = {name: recipient.header(mail, name) for name in ("From", "To", "Reply-To")}
    shown = {"mail": mail, "named": named, "form": form, "unsubscribe_url": recipient.unsubscribe_url(mail)}
    response = render(request, "integrations/mailbox/mail.html", shown, status=422 if form.errors else 200)
    # The unsubscribe button goes to the server's public address, also where this page was opened by another name of it.
    response.headers[CSP] = build_policy(update={"form-action": [settings.PUBLIC_URL]})
    return response


def _visible(request: HttpRequest, mail_id: str) -> ReceivedMail:
    """Return one mail; one that this person may not see looks like one that is not there."""
    mail, senders = builtin_mailbox.get(_folder(), mail_id), _senders_seen_by(request)
    if mail is None or (senders is not None and mail.from_address.lower() not in senders):
        raise Http404("No such mail.")
    return mail


def _is_operator(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_staff", False))


def _senders_seen_by(request: HttpRequest) -> frozenset[str] | None:
    """Return the addresses whose mails this person may see: those of their workspaces alone; None for an operator, who sees all."""
    if _is_operator(request):
        return None
    accounts = MailAccount.objects.filter(workspace__in=my_workspaces(request))
    mine = {address.lower() for address in accounts.values_list("address", flat=True)}
    # An address that another workspace has as well, or that this installation writes from (links to reset passwords), proves nothing.
    others = MailAccount.objects.filter(address__in=mine).exclude(workspace__in=my_workspaces(request))
    shared = {address.lower() for address in others.values_list("address", flat=True)}
    return frozenset(mine - shared - {parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower()})


def _folder() -> str:
    return str(settings.MAILBOX_DIR)
