from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from campaigns.models import Product
from campaigns.queries.products import get_product
from campaigns.services import assets
from rocketsdr.accounts.actor import Actor

FIELDS = ("name", "description", "value_props", "proof_points", "url")


@transaction.atomic
def create_product(
    *,
    actor: Actor,
    name: str,
    description: str = "",
    value_props: Sequence[str] = (),
    proof_points: Sequence[str] = (),
    url: str = "",
    now: datetime,
) -> Product:
    """Store what the workspace sells; e-mails may state what stands here and nothing else."""
    product = Product(
        workspace_id=actor.workspace_id,
        name=name,
        description=description,
        value_props=list(value_props),
        proof_points=list(proof_points),
        url=url,
    )
    return assets.store(actor=actor, asset=product, fields=FIELDS)


@transaction.atomic
def update_product(*, actor: Actor, product_id: int, changes: Mapping[str, object], now: datetime) -> Product:
    """Change some fields of a product; drafts say the new words, launched campaigns go on with the old ones."""
    product = get_product(actor=actor, product_id=product_id)
    return assets.change(actor=actor, asset=product, changes=changes, fields=FIELDS, now=now)
