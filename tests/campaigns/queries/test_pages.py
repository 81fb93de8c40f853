import base64
import json
from datetime import timedelta

import pytest

from campaigns.models import Conversation, Persona, Product
from campaigns.queries.pages import page, page_of_workspace
from rocketsdr.lib.errors import Invalid
from tests import factories


def _walk(queryset, **how):
    seen, cursor = [], None
    while True:
        found = page(queryset, cursor=cursor, **how)
        seen += found.items
        if found.next_cursor is None:
            return seen
        cursor = found.next_cursor


@pytest.fixture
def products(workspace):
    return list(reversed(factories.ProductFactory.create_batch(7, workspace=workspace)))


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_show_every_row_once_in_order(products, limit):
    assert _walk(Product.objects.all(), limit=limit) == products


def test_the_last_page_has_no_cursor_and_every_page_knows_the_total(products):
    first = page(Product.objects.all(), limit=4)
    last = page(Product.objects.all(), limit=4, cursor=first.next_cursor)
    assert (first.total, last.total, last.next_cursor) == (7, 7, None)
    assert page(Product.objects.all(), limit=7).next_cursor is None


def test_rows_that_come_and_go_between_two_pages_shift_nothing(products, workspace):
    first = page(Product.objects.all(), limit=3)
    factories.ProductFactory.create(workspace=workspace)
    products[2].delete()
    rest = page(Product.objects.all(), limit=100, cursor=first.next_cursor)
    assert rest.items == products[3:]


def test_rows_with_the_same_time_are_told_apart_to_the_microsecond(campaign, now):
    times = [now, now, now + timedelta(microseconds=1), now, now - timedelta(microseconds=1)]
    threads = [factories.ConversationFactory.create(campaign=campaign, last_message_at=at) for at in times]
    expected = sorted(threads, key=lambda thread: (thread.last_message_at, thread.id), reverse=True)
    for limit in (1, 2, 5):
        assert _walk(Conversation.objects.all(), limit=limit, order=("-last_message_at", "-id")) == expected


def test_ascending_and_mixed_orders_work(campaign, now):
    threads = [factories.ConversationFactory.create(campaign=campaign, last_message_at=now + timedelta(days=n // 2)) for n in range(5)]
    expected = sorted(threads, key=lambda thread: (thread.last_message_at, -thread.id))
    assert _walk(Conversation.objects.all(), limit=2, order=("last_message_at", "-id")) == expected


@pytest.mark.parametrize("limit", [0, -1, 101, 10**9])
def test_a_limit_out_of_range_is_refused_with_the_range(products, limit):
    with pytest.raises(Invalid, match=rf"{limit}; it may be 1 to 100") as caught:
        page(Product.objects.all(), limit=limit)
    assert caught.value.field == "limit"


def test_a_cursor_of_another_list_is_refused(products, persona):
    cursor = page(Product.objects.all(), limit=1).next_cursor
    for other in (Product.objects.filter(name="x"), Product.objects.filter(workspace_id=1), type(persona).objects.all()):
        with pytest.raises(Invalid, match="another list") as caught:
            page(other, cursor=cursor)
        assert caught.value.field == "cursor"
    with pytest.raises(Invalid, match="another list"):
        page(Product.objects.all(), cursor=cursor, order=("id",))


@pytest.mark.parametrize(
    "cursor",
    ["x", "é", "====", "bnVsbA", "W10", "WzEsMl0", "eyJhIjoxfQ", "Ilx1ZDgwMCI", "a" * 5000, "\x00", "//8", "MQ", "W" * 40, "W1tbW1tbW1tb"],
)
def test_what_is_no_cursor_is_refused(products, cursor):
    with pytest.raises(Invalid) as caught:
        page(Product.objects.all(), cursor=cursor)
    assert caught.value.field == "cursor"
    assert caught.value.fix


def _forged(cursor, values):
    mark, *_ = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    return base64.urlsafe_b64encode(json.dumps([mark, *values]).encode()).decode()


@pytest.mark.parametrize("values", [[], [1, 2], [None], ["x"], [[1]], [{}], [float("inf")], [float("nan")], ["1; DROP TABLE"], [""]])
def test_a_cursor_with_other_values_in_it_is_refused(products, values):
    cursor = page(Product.objects.all(), limit=1).next_cursor
    with pytest.raises(Invalid, match="no cursor of ours"):
        page(Product.objects.all(), cursor=_forged(cursor, values))


def test_a_cursor_that_points_beyond_all_numbers_finds_nothing_more(products):
    cursor = page(Product.objects.all(), limit=1).next_cursor
    assert page(Product.objects.all(), cursor=_forged(cursor, [-(10**40)])).items == []
    assert page(Product.objects.all(), cursor=_forged(cursor, [10**40])).items == products


def test_conditions_that_contradict_each_other_list_nothing(products):
    empty = page(Product.objects.filter(id__in=[]))
    assert (empty.items, empty.total, empty.next_cursor) == ([], 0, None)


def test_a_page_of_something_else_keeps_total_and_cursor(products):
    found = page(Product.objects.all(), limit=2)
    names = found.map(lambda product: product.name)
    assert names.items == [product.name for product in products[:2]]
    assert (names.total, names.next_cursor) == (found.total, found.next_cursor)


def test_a_page_and_its_total_cost_one_query(products, django_assert_num_queries):
    first = page(Product.objects.all(), limit=2)
    with django_assert_num_queries(1):
        page(Product.objects.all(), limit=2, cursor=first.next_cursor)


# --- All that a workspace has ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_pages_of_a_workspace_show_every_row_of_it_once_the_newest_first(products, workspace, stranger, limit):
    seen: list[Product] = []
    cursor = None
    while not seen or cursor:
        found = page_of_workspace(Product, workspace_id=workspace.id, limit=limit, cursor=cursor)
        seen, cursor = seen + found.items, found.next_cursor
        assert found.total == 7
    assert seen == products


def test_a_row_of_such_a_page_is_what_the_database_holds(workspace):
    made = factories.PersonaFactory.create(workspace=workspace, pains=["a", "\u00fc"], targeting={"titles": ["VP"], "none": None})
    (found,) = page_of_workspace(Persona, workspace_id=workspace.id).items
    kept = Persona.objects.get(id=made.id)
    assert {name: value for name, value in vars(found).items() if name != "_state"} == {
        name: value for name, value in vars(kept).items() if name != "_state"
    }
    assert not found._state.adding
    found.name = "Changed"
    found.save()
    assert Persona.objects.get(id=made.id).name == "Changed"


def test_an_empty_workspace_and_a_page_behind_the_last_row_know_the_total(products, workspace):
    last = page_of_workspace(Product, workspace_id=workspace.id, limit=6)
    products[6].delete()
    behind = page_of_workspace(Product, workspace_id=workspace.id, cursor=last.next_cursor)
    assert (behind.items, behind.total, behind.next_cursor) == ([], 6, None)
    assert page_of_workspace(Persona, workspace_id=workspace.id).total == 0


def test_a_cursor_of_another_workspace_or_another_list_is_refused(products, workspace, stranger):
    cursor = page_of_workspace(Product, workspace_id=workspace.id, limit=1).next_cursor
    for model, whose in ((Product, stranger.workspace), (Persona, workspace)):
        with pytest.raises(Invalid, match="another list"):
            page_of_workspace(model, workspace_id=whose.id, cursor=cursor)


@pytest.mark.parametrize("before", [10**30, -(10**30), 0])
def test_a_cursor_with_a_place_that_is_none_shows_no_stranger(products, workspace, stranger, before):
    cursor = page_of_workspace(Product, workspace_id=workspace.id, limit=1).next_cursor or ""
    mark = json.loads(base64.urlsafe_b64decode(cursor + "=="))[0]
    forged = base64.urlsafe_b64encode(json.dumps([mark, before]).encode()).decode().rstrip("=")
    assert page_of_workspace(Product, workspace_id=workspace.id, cursor=forged).items == (products if before > 0 else [])


@pytest.mark.parametrize("limit", [0, 101])
def test_such_a_page_has_the_same_limits(workspace, limit):
    with pytest.raises(Invalid, match="1 to 100"):
        page_of_workspace(Product, workspace_id=workspace.id, limit=limit)
