"""What is wrong with the arguments of a call, one sentence for each field: its name, its value and what to send instead."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from itertools import islice
from math import isfinite
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from rocketsdr.lib.errors import Invalid

SHOWN = 60  # characters of a wrong value that are repeated to the caller
MOST = 20  # faults told at once


M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault: the path of the field, and the sentence about it."""

    field: str
    message: str


class InvalidArguments(Invalid):
    code = "invalid_arguments"


def refusal(faults: list[FieldError]) -> InvalidArguments:
    """Return the error that tells a caller all these faults at once."""
    return InvalidArguments(
        " ".join(fault.message for fault in faults),
        field=faults[0].field,
        field_errors=[asdict(fault) for fault in faults],
    )


def checked(model: type[M], values: Mapping[str, Any], *, of: str) -> M:
    """Return the values as the model has them, or refuse with one sentence for each fault; `of` names what takes them."""
    if found := unstorable(values):
        raise refusal(found)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise refusal(explained(error, of=of, model=model)) from None


def explained(error: ValidationError, *, of: str, model: type[BaseModel] | None = None) -> list[FieldError]:
    """Translate what pydantic found; `of` names the tool or the message that the fields belong to."""
    known = [field.alias or name for name, field in model.model_fields.items()] if model else []
    return [_explained(detail, of=of, known=known) for detail in error.errors(include_url=False)[:MOST]]


def _explained(detail: ErrorDetails, *, of: str, known: list[str]) -> FieldError:
    field = _path(detail["loc"]) or "arguments"
    if detail["type"] == "extra_forbidden":
        return FieldError(field, f"{field} is not an argument of {of}: {_instead(field, known)}.")
    if detail["type"] == "missing":
        return FieldError(field, f"{field} is missing: add it.")
    fix = _FIXES.get(detail["type"], _as_pydantic_says)(detail.get("ctx", {}), detail["msg"])
    return FieldError(field, f"{field} is {_shown(detail['input'])}: {fix}.")


def _path(location: tuple[int | str, ...]) -> str:
    """Write a location as `steps[0].body`; what pydantic adds to tell the members of a union apart is left out."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part[:1].islower() and part.isidentifier():
            path += f".{part}" if path else part
    return path


def _instead(field: str, known: list[str]) -> str:
    close = get_close_matches(field, known, n=1)
    if close:
        return f"did you mean {close[0]}"
    return f"remove it, or use one of {', '.join(known)}" if known else "remove it"


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _as_pydantic_says(context: Mapping[str, Any], message: str) -> str:
    text = message.removeprefix("Value error, ").rstrip(".")
    return text[:1].lower() + text[1:]


def _says(text: str) -> Callable[[Mapping[str, Any], str], str]:
    def fix(context: Mapping[str, Any], message: str) -> str:
        return text.format(**context)

    return fix


_TIME = _says("send a time such as 2026-11-20T10:15:00Z")
_DAY = _says("send a day such as 2026-11-20")
_FIXES: dict[str, Callable[[Mapping[str, Any], str], str]] = {
    **dict.fromkeys(["int_type", "int_parsing", "int_parsing_size", "int_from_float"], _says("send a whole number")),
    **dict.fromkeys(["float_type", "float_parsing", "finite_number"], _says("send a number")),
    **dict.fromkeys(["bool_type", "bool_parsing"], _says("send true or false")),
    **dict.fromkeys(["dict_type", "model_type", "model_attributes_type", "mapping_type"], _says("send an object")),
    **dict.fromkeys(["datetime_type", "datetime_parsing", "datetime_from_date_parsing", "timezone_aware"], _TIME),
    **dict.fromkeys(["date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"], _DAY),
    "string_type": _says("send a text"),
    "list_type": _says("send a list"),
    "string_too_short": _says("send at least {min_length} characters"),
    "string_too_long": _says("send at most {max_length} characters"),
    "too_short": _says("send at least {min_length} items"),
    "too_long": _says("send at most {max_length} items"),
    "greater_than_equal": _says("send at least {ge}"),
    "greater_than": _says("send more than {gt}"),
    "less_than_equal": _says("send at most {le}"),
    "less_than": _says("send less than {lt}"),
    "literal_error": _says("send one of {expected}"),
    "enum": _says("send one of {expected}"),
    "string_pattern_mismatch": _says("send a text of the form {pattern}"),
}


def unstorable(arguments: Mapping[str, Any]) -> list[FieldError]:
    """Name the values that no database keeps: texts with a NUL character, and numbers so large that they are read as infinite."""
    return [FieldError(field, f"{field} {fault}.") for field, fault in islice(_unstorable(arguments, ""), MOST)]


def _unstorable(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _unstorable(item, f"{path}.{key}".lstrip("."))
            yield from _unstorable(key, path or "arguments")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _unstorable(item, f"{path}[{number}]")
    elif isinstance(value, str) and "\x00" in value:
        yield path, "holds a NUL character: remove it"
    elif isinstance(value, float) and not isfinite(value):
        yield path, "is beyond any number: send a smaller one"
