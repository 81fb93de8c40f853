"""What the peers' tool gives: the same fields as the gateway's."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel


class Product(BaseModel):
    """One product of the caller's workspace."""

    id: int
    name: str
    description: str
    value_props: list[str]
    proof_points: list[str]
    url: str
    updated_at: datetime


class ProductPage(BaseModel):
    """Some products, how many there are, and where the next page starts."""

    products: list[Product]
    total: int
    next_cursor: str | None = None
