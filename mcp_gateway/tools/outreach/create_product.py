from __future__ import annotations

from campaigns.services import products
from mcp_gateway.tool import tool
from mcp_gateway.tool.assets import Name, ProductFields, ProductResult, given
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class CreateProductArguments(ProductFields):
    name: Name


@tool(doing="creating the product", scope="campaigns:write", aliases=("add_product",))
def create_product(actor: Actor, args: CreateProductArguments) -> ProductResult:
    """Store a product that campaigns can sell. What is given here is all that their e-mails say about it."""
    made = products.create_product(actor=actor, now=now(), **given(args))
    return ProductResult.model_validate({"product": made})
