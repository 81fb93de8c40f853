"""The inbox: what leads have written back."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from campaigns.forms import InboxFilter
from campaigns.queries import inbox as queries
from campaigns.services import inbox
from campaigns.views.answers import by_button
from campaigns.views.choices import campaign_choices
from rocketsdr.accounts.http import SignedInRequest, member_required, scope_required
from rocketsdr.lib.clock import now


@require_safe
@never_cache
@member_required
def index(request: SignedInRequest) -> HttpResponse:
    """List the threads, the latest message first."""
    form = InboxFilter(request.GET, campaigns=campaign_choices(request))
    rows = queries.list_threads(actor=request.actor, cursor=request.GET.get("cursor"), **form.chosen)
    return render(request, "campaigns/inbox/index.html", {"rows": rows, "form": form, "filtered": form.chosen})


@require_safe
@never_cache
@member_required
def show(request: SignedInRequest, thread_id: int) -> HttpResponse:
    """Show one conversation from its beginning; what came from outside stands in a frame of its own."""
    thread = queries.read_thread(actor=request.actor, thread_id=thread_id)
    may_mark = "inbox:write" in request.actor.scopes
    shown = {"thread": thread.conversation, "messages_of_thread": thread.messages[::-1], "may_mark": may_mark}
    return render(request, "campaigns/inbox/show.html", shown)


@require_POST
@scope_required("inbox:write")
def mark(request: SignedInRequest, thread_id: int) -> HttpResponse:
    """Mark a conversation as read, or as unread again, and go on with the others."""
    read = request.POST.get("read") == "yes"

    def verb() -> object:
        return inbox.mark(actor=request.actor, thread_id=thread_id, read=read, now=now())

    by_button(request, verb, said="Marked as read." if read else "Marked as unread.")
    return redirect("campaigns:inbox")
