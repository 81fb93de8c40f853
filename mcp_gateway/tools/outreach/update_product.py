from __future__ import annotations

from campaigns.services import products
from mcp_gateway.tool import Id, tool
from mcp_gateway.tool.assets import Name, ProductFields, ProductResult, given
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class UpdateProductArguments(ProductFields):
    product_id: Id
    name: Name | None = None


@tool(doing="updating the product", scope="campaigns:write", core=False, aliases=("edit_product",))
def update_product(actor: Actor, args: UpdateProductArguments) -> ProductResult:
    """Change what is given of a product; an empty text or list clears a field.

    The e-mails of drafts are written anew; launched campaigns keep what they were launched with.
    """
    changes = given(args, "product_id")
    return ProductResult.model_validate(
        {"product": products.update_product(actor=actor, product_id=args.product_id, changes=changes, now=now())}
    )
