from __future__ import annotations

from campaigns.queries import products
from mcp_gateway.tool import ListArguments, PageResult, listing, tool
from mcp_gateway.tool.assets import ProductItem
from rocketsdr.accounts.actor import Actor


class ListProductsResult(PageResult):
    products: list[ProductItem]

    def text(self) -> str:
        return listing([each.item() for each in self.products], empty="No products yet: create_product makes one.") + self.more()


@tool(doing="listing products", scope="campaigns:read", read_only=True, idempotent=True, aliases=("get_products",))
def list_products(actor: Actor, args: ListArguments) -> ListProductsResult:
    """List the products that campaigns of this workspace can sell, the newest first."""
    page = products.list_products(actor=actor, limit=args.limit, cursor=args.cursor)
    return ListProductsResult.model_validate({"products": page.items, "total": page.total, "next_cursor": page.next_cursor})
