"""Lists in pages: a cursor says where the next page starts by the values it sorts by, so that new rows shift nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import JSONField, Model, Q, QuerySet
from django.db.models.base import ModelState
from django.db.models.expressions import RawSQL

from rocketsdr.lib import statements
from rocketsdr.lib.errors import Invalid

LIMIT = 25
MAX_LIMIT = 100
MAX_CURSOR = 1000  # characters
LARGEST_ID = 2**63 - 1

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
    _check_limit(limit)
    try:
        whole = _Whole.of(queryset, order)
    except EmptyResultSet:  # the conditions contradict each other
        return Page([], 0, None)
    keys = [(name.removeprefix("-"), name.startswith("-")) for name in order]
    rest = queryset.filter(_behind(keys, _values(queryset.model, keys, cursor, whole.mark))) if cursor else queryset
    rows = list(rest.annotate(whole_list=whole.counted).order_by(*order)[: limit + 1])
    total = rows[0].__dict__["whole_list"] if rows else queryset.count() if cursor else 0
    more = len(rows) > limit
    return Page(rows[:limit], total, _cursor(whole.mark, rows[limit - 1], keys) if more else None)


def page_of_workspace(model: type[M], *, workspace_id: int, limit: int = LIMIT, cursor: str | None = None) -> Page[M]:
    """Return one page of all that a workspace has of something, the newest first, in one statement that the server has planned before."""
    _check_limit(limit)
    mark = _name(model._meta.db_table, workspace_id)
    (before,) = _values(model, [("id", True)], cursor, mark) if cursor else [LARGEST_ID]
    rows = statements.read(_statement(model), {"workspace": workspace_id, "before": before, "limit": limit + 1})
    total = rows[0][0] if rows else model._default_manager.filter(workspace_id=workspace_id).count() if cursor else 0
    items = _made(model, rows[:limit])
    return Page(items, total, _cursor(mark, items[-1], [("id", True)]) if len(rows) > limit else None)


@cache
def _statement(model: type[Model]) -> str:
    """Return the SELECT of a page: in each row first the total, then the columns in the order of the model."""
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    mine = f"FROM {model._meta.db_table} WHERE workspace_id = %(workspace)s"
    return f"SELECT (SELECT count(*) {mine}), {columns} {mine} AND id < %(before)s ORDER BY id DESC LIMIT %(limit)s"


def _made(model: type[M], rows: Sequence[statements.Row]) -> list[M]:
    """Return the rows as Django would have made them; whoever listens to the making of models does not hear of these."""
    names, converters = _fields(model)
    return [_instance(model, names, _converted(row[1:], converters) if converters else row[1:]) for row in rows]


def _instance(model: type[M], names: Sequence[str], values: Sequence[Any]) -> M:
    """Return one row; through the constructor of models it takes eight times as long."""
    made = model.__new__(model)
    state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    vars(made).update(zip(names, values, strict=True), _state=state)
    return made


@cache
def _fields(model: type[Model]) -> tuple[list[str], dict[int, list[Callable[..., Any]]]]:
    """Return the names of the fields, and by place what has to be done to a value; JSON comes from the driver as it has to be."""
    fields = model._meta.concrete_fields
    own = {place: field.get_db_converters(connection) for place, field in enumerate(fields) if not isinstance(field, JSONField)}
    return [field.attname for field in fields], {place: converters for place, converters in own.items() if converters}


def _converted(row: statements.Row, converters: dict[int, list[Callable[..., Any]]]) -> list[Any]:
    values = list(row)
    for place, functions in converters.items():
        for function in functions:
            values[place] = function(values[place], None, connection)
    return values


def _check_limit(limit: int) -> None:
    if not 1 <= limit <= MAX_LIMIT:
        raise Invalid(f"limit is {limit}; it may be 1 to {MAX_LIMIT}.", field="limit", fix=f"Give a number from 1 to {MAX_LIMIT}.")


@dataclass(frozen=True, slots=True)
class _Whole:
    """The whole list that a page is of: `mark` names it (a cursor of another list, or of other filters, means nothing here)."""

    mark: str
    counted: RawSQL

    @classmethod
    def of(cls, queryset: QuerySet[Any], order: Sequence[str]) -> _Whole:
        sql, params = queryset.order_by().values("pk").query.sql_with_params()
        return cls(_name(sql, params, tuple(order)), RawSQL(f"SELECT count(*) FROM ({sql}) AS whole", params))  # noqa: S608, S611 - Django's


def _name(*facts: object) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:12]


def _cursor(mark: str, last: Model, keys: Sequence[tuple[str, bool]]) -> str:
    text = json.dumps([mark, *(getattr(last, name) for name, _ in keys)], cls=ExactEncoder, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _values(model: type[Model], keys: Sequence[tuple[str, bool]], cursor: str, mark: str) -> list[object]:
    """Return the sort values in a cursor, or refuse it."""
    wrong = Invalid("This is no cursor of ours.", field="cursor", fix="Give next_cursor as it came, or leave it out for the first page.")
    if len(cursor) > MAX_CURSOR:
        raise wrong
    try:
        given, *values = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        columns: list[Any] = [model._meta.get_field(name) for name, _ in keys]
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
