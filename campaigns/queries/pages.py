"""Lists in pages: a cursor says where the next page starts by the values it sorts by, so that new rows shift nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q, QuerySet

from rocketsdr.lib.errors import Invalid

LIMIT = 25
MAX_LIMIT = 100
MAX_CURSOR = 1000  # characters

T = TypeVar("T")
U = TypeVar("U")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items of a list, how long the whole list is, and where to go on; `next_cursor` is None on the last page."""

    items: list[T]
    total: int
    next_cursor: str | None

    def map(self, change: Callable[[T], U]) -> Page[U]:
        """Return the same page of something else made from each item."""
        return Page([change(item) for item in self.items], self.total, self.next_cursor)


def page(queryset: QuerySet[M], *, limit: int = LIMIT, cursor: str | None = None, order: Sequence[str] = ("-id",)) -> Page[M]:
    """Return one page of the queryset, sorted by `order`: columns of the model that are never null and together unique.

    The cursor is bound to the queryset's conditions. Conditions must not hold the time of the call, or no cursor would ever fit.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise Invalid(f"limit is {limit}; it may be 1 to {MAX_LIMIT}.", field="limit", fix=f"Give a number from 1 to {MAX_LIMIT}.")
    try:
        mark = _mark(queryset, order)
    except EmptyResultSet:  # the conditions contradict each other
        return Page([], 0, None)
    keys = [(name.removeprefix("-"), name.startswith("-")) for name in order]
    rest = queryset.filter(_behind(keys, _values(queryset, keys, cursor, mark))) if cursor else queryset
    rows = list(rest.order_by(*order)[: limit + 1])
    more = len(rows) > limit
    return Page(rows[:limit], queryset.count(), _cursor(mark, rows[limit - 1], keys) if more else None)


def _mark(queryset: QuerySet[Any], order: Sequence[str]) -> str:
    """Name the list: a cursor of another list, or of this one with other filters, means nothing here."""
    sql, params = queryset.order_by().values("pk").query.sql_with_params()
    return hashlib.sha256(repr((sql, params, tuple(order))).encode()).hexdigest()[:12]


def _cursor(mark: str, last: Model, keys: Sequence[tuple[str, bool]]) -> str:
    text = json.dumps([mark, *(getattr(last, name) for name, _ in keys)], cls=ExactEncoder, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _values(queryset: QuerySet[Any], keys: Sequence[tuple[str, bool]], cursor: str, mark: str) -> list[object]:
    """Return the sort values in a cursor, or refuse it."""
    wrong = Invalid("This is no cursor of ours.", field="cursor", fix="Give next_cursor as it came, or leave it out for the first page.")
    if len(cursor) > MAX_CURSOR:
        raise wrong
    try:
        given, *values = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        columns = [queryset.model._meta.get_field(name) for name, _ in keys]
        read = [column.to_python(value) for column, value in zip(columns, values, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError, ValidationError):
        raise wrong from None
    if given != mark:
        raise Invalid(
            "This cursor belongs to another list, or to this one with other filters.",
            field="cursor",
            fix="Repeat the call that returned it with the same filters, or leave the cursor out for the first page.",
        )
    if None in read:
        raise wrong
    return read


def _behind(keys: Sequence[tuple[str, bool]], values: Sequence[object]) -> Q:
    """Return the condition for the rows after the one with these values."""
    same, behind = Q(), Q()
    for (name, descending), value in zip(keys, values, strict=True):
        behind |= same & Q(**{f"{name}__{'lt' if descending else 'gt'}": value})
        same &= Q(**{name: value})
    first, descending = keys[0]
    return Q(**{f"{first}__{'lte' if descending else 'gte'}": values[0]}) & behind  # what an index can start from


class ExactEncoder(DjangoJSONEncoder):
    """Django's encoder cuts microseconds off; a sort value has to come back whole."""

    def default(self, o: object) -> object:
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)
