"""Products and personas: what e-mails may state, and to whom. Their pages are the same but for the words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.forms import AssetForm, PersonaForm, ProductForm
from campaigns.queries import personas as persona_queries
from campaigns.queries import products as product_queries
from campaigns.queries.pages import Page
from campaigns.services import personas, products
from campaigns.views.answers import by_form
from rocketsdr.accounts.http import SignedInRequest, member_required, scope_required
from rocketsdr.lib.clock import now


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of asset: its words, its form, its queries and its verbs."""

    noun: str
    form: type[AssetForm]
    lists: Callable[..., Page[Any]]
    get: Callable[..., Any]
    create: Callable[..., object]
    update: Callable[..., object]

    @property
    def list_url(self) -> str:
        """The name of the page that lists them."""
        return f"campaigns:{self.noun}s"


PRODUCT = Kind(
    noun="product",
    form=ProductForm,
    lists=product_queries.list_products,
    get=product_queries.get_product,
    create=products.create_product,
    update=products.update_product,
)
PERSONA = Kind(
    noun="persona",
    form=PersonaForm,
    lists=persona_queries.list_personas,
    get=persona_queries.get_persona,
    create=personas.create_persona,
    update=personas.update_persona,
)


@require_safe
@member_required
def index(request: SignedInRequest, kind: Kind) -> HttpResponse:
    """List the workspace's products or personas, the newest first."""
    rows = kind.lists(actor=request.actor, cursor=request.GET.get("cursor"))
    shown = {"rows": rows, "may_write": "campaigns:write" in request.actor.scopes}
    return render(request, f"campaigns/{kind.noun}s.html", shown)


@require_http_methods(["GET", "POST"])
@scope_required("campaigns:write")
def new(request: SignedInRequest, kind: Kind) -> HttpResponse:
    """Add a product or a persona."""
    form = kind.form(request.POST or None)
    if form.is_valid() and by_form(form, lambda: kind.create(actor=request.actor, **form.cleaned_data, now=now())):
        messages.success(request, f"“{form.cleaned_data['name']}” is there.")
        return redirect(kind.list_url)
    return render(request, "campaigns/asset.html", {"form": form, "kind": kind})


@require_http_methods(["GET", "POST"])
@scope_required("campaigns:write")
def edit(request: SignedInRequest, kind: Kind, asset_id: int) -> HttpResponse:
    """Change a product or a persona; drafts say the new words."""
    named = {f"{kind.noun}_id": asset_id}
    asset = kind.get(actor=request.actor, **named)
    form = kind.form(request.POST) if request.method == "POST" else kind.form.of(asset)

    def verb() -> object:
        return kind.update(actor=request.actor, **named, changes=form.cleaned_data, now=now())

    if form.is_valid() and by_form(form, verb):
        messages.success(
            request, f"“{form.cleaned_data['name']}” is changed. Drafts say the new words; launched campaigns go on with the old ones."
        )
        return redirect(kind.list_url)
    return render(request, "campaigns/asset.html", {"form": form, "kind": kind, "asset": asset})
