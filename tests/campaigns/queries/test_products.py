import pytest

from campaigns.queries.products import get_product, list_products
from rocketsdr.lib.errors import NotFound
from tests import factories


def test_products_are_listed_newest_first(actor, workspace):
    made = factories.ProductFactory.create_batch(3, workspace=workspace)
    found = list_products(actor=actor, limit=2)
    assert found.items == [made[2], made[1]]
    assert found.total == 3
    assert list_products(actor=actor, limit=2, cursor=found.next_cursor).items == [made[0]]


def test_a_stranger_sees_none_of_them(stranger, product):
    assert list_products(actor=stranger.actor).items == [stranger.product]


@pytest.mark.parametrize("whose", ["stranger", "nobody", "beyond bigint"])
def test_a_strangers_product_and_a_missing_one_look_the_same(actor, product, stranger, whose):
    product_id = {"stranger": stranger.product.id, "nobody": 999_999_999, "beyond bigint": 10**30}[whose]
    with pytest.raises(NotFound, match="No such product") as caught:
        get_product(actor=actor, product_id=product_id)
    assert caught.value.context == {"product_id": product_id}


def test_ones_own_product_is_found(actor, product):
    assert get_product(actor=actor, product_id=product.id) == product
