from __future__ import annotations

from campaigns.models import Product
from campaigns.queries.pages import LIMIT, Page, page_of_workspace
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import NotFound


def get_product(*, actor: Actor, product_id: int) -> Product:
    """Return one product of the actor's workspace."""
    try:
        return Product.objects.get(id=product_id, workspace_id=actor.workspace_id)
    except Product.DoesNotExist:
        raise NotFound("No such product.", fix="list_products shows the ids.", product_id=product_id) from None


def list_products(*, actor: Actor, limit: int = LIMIT, cursor: str | None = None) -> Page[Product]:
    """Return the workspace's products, the newest first."""
    return page_of_workspace(Product, workspace_id=actor.workspace_id, limit=limit, cursor=cursor)
