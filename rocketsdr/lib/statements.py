"""Reads that are made at nearly every request: written as SQL, planned once for each connection, repeated once on a lost one."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import psycopg
from django.db import InterfaceError, OperationalError, connection

Row = tuple[Any, ...]


class _Prepared(psycopg.Cursor[Row]):
    """A cursor that has the server keep the plan where PREPARED_STATEMENTS is on; Django's own sends every value as a part of the text."""

    def execute(self, query: Any, params: Any = None, **_: Any) -> _Prepared:
        super().execute(query, params, binary=True)  # so that the driver reads times and lists without Python
        self._query: Any = SimpleNamespace(query=query.encode())  # where Django's log of statements looks for what was sent
        return self


def read(statement: str, values: Mapping[str, Any]) -> list[Row]:
    """Return the rows of a SELECT as the driver reads them, JSON and times included.

    A server that was restarted has closed the connection that this thread kept. A read has changed nothing, so outside a transaction
    it is made once more, on a new connection; to ask before every request whether the old one is alive would cost a round trip each.
    """
    try:
        return _rows(statement, values)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or connection.is_usable():
            raise
        connection.close()
    return _rows(statement, values)


def _rows(statement: str, values: Mapping[str, Any]) -> list[Row]:
    connection.ensure_connection()
    raw: Any = _Prepared(connection.connection)
    with connection.make_debug_cursor(raw) if connection.queries_logged else connection.make_cursor(raw) as cursor:
        cursor.execute(statement, values)
        rows: list[Row] = cursor.fetchall()
    return rows
