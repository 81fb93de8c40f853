"""One user template: is it sound, and what does it say for these facts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from liquid.exceptions import LiquidError, LiquidTypeError, OutputStreamLimitError, ResourceLimitError
from liquid.static_analysis import TemplateAnalysis, Variable
from liquid.template import BoundTemplate

from campaigns.rules import liquid_sandbox
from campaigns.rules.html_body import is_html
from rocketsdr.lib.errors import Invalid

MAX_TEMPLATE = 20_000  # characters of a template
MAX_MARKS = 400  # how often {{ or {% may stand in it
MAX_EXPRESSION = 500  # characters between {{ and }}: the lexer's time grows with their square

LEAD_FIELDS = frozenset(
    ("first_name", "last_name", "full_name", "email", "company", "title", "website", "linkedin_url", "phone", "city", "country", "custom")
)
FIELDS: dict[str, frozenset[str]] = {
    "lead": LEAD_FIELDS,
    "product": frozenset(("name", "description", "value_props", "proof_points", "url")),
    "persona": frozenset(("name", "title", "description", "pains")),
    "sender": frozenset(("name", "email", "signature")),
    "workspace": frozenset(("name", "postal_address")),
}

# What a broken template or odd facts can raise inside python-liquid besides a LiquidError.
_ODDITIES = (ArithmeticError, LookupError, RecursionError, TypeError, ValueError)
_MARK = re.compile(r"\{[{%]")
_MARK_END = re.compile(r"[%}]\}")
_SINGLE_BRACES = re.compile(r"(?<!\{)\{\s*([A-Za-z][A-Za-z_. ]{2,30}?)\s*\}(?!\})")


class TemplateFault(Invalid):
    """A template cannot be used; `line` says where (1 is the first line, 0 is unknown)."""

    code = "template_fault"

    def __init__(self, message: str, *, line: int = 0, fix: str = "") -> None:
        super().__init__(f"Line {line}: {message}" if line else message[:1].upper() + message[1:], field="template", fix=fix)
        self.line = line


@dataclass(frozen=True, slots=True)
class Rendering:
    """What came out: the text, the variables the template names, and those that it printed although they hold nothing."""

    text: str
    variables_used: tuple[str, ...]
    missing_variables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Compiled:
    template: BoundTemplate
    analysis: TemplateAnalysis
    variables: tuple[str, ...]


def render(template: str, facts: Mapping[str, object], *, html: bool = False) -> Rendering:
    """Return what a template says for these facts; raise `TemplateFault` when it is broken or wants too much.

    With `html` every value is escaped, so that it cannot add markup.
    """
    compiled = _compile(template, html=html)
    try:
        text, missing = liquid_sandbox.execute(compiled.template, facts)
    except (LiquidError, *_ODDITIES) as exc:
        raise _fault(exc) from exc
    return Rendering(text=text, variables_used=compiled.variables, missing_variables=missing)


def check(template: str, *, lead_fields: Collection[str] | None = None) -> list[TemplateFault]:
    """Return everything wrong with a template before it is used: syntax, unknown names, tags and filters.

    `lead_fields` are the custom columns that the leads have; without it any `lead.x` is taken for a column to come.
    """
    try:
        compiled = _compile(template, html=is_html(template))
    except TemplateFault as fault:
        return [fault]
    known = None if lead_fields is None else LEAD_FIELDS | set(lead_fields)
    unknown = filter(None, (_unknown_name(variable, template, known) for variable in _globals(compiled.analysis)))
    return [*unknown, *_single_braces(template)]


@lru_cache(maxsize=512)
def _compile(template: str, *, html: bool) -> _Compiled:
    """Parse a template once; every lead of a campaign renders the same one."""
    _refuse_oversize(template)
    environment = liquid_sandbox.HTML if html else liquid_sandbox.TEXT
    try:
        parsed = environment.from_string(template)
        analysis = parsed.analyze(include_partials=False)
    except (LiquidError, *_ODDITIES) as exc:
        raise _fault(exc) from exc
    for name, spans in analysis.filters.items():
        if name not in environment.filters:
            fix = f"{_did_you_mean(name, environment.filters)}Known filters: {', '.join(sorted(environment.filters))}."
            raise TemplateFault(f'there is no filter "{name}".', line=_line(template, spans[0].index), fix=fix)
    names = dict.fromkeys(str(variable) for variable in _globals(analysis))
    return _Compiled(template=parsed, analysis=analysis, variables=tuple(names))


def _globals(analysis: TemplateAnalysis) -> list[Variable]:
    """Return the variables that come from the facts, in the order of the template."""
    return sorted((variable for variables in analysis.globals.values() for variable in variables), key=lambda variable: variable.span.index)


def _refuse_oversize(template: str) -> None:
    if len(template) > MAX_TEMPLATE:
        raise TemplateFault(f"the template has {len(template)} characters; at most {MAX_TEMPLATE} are allowed.", fix="Shorten it.")
    marks = list(_MARK.finditer(template))
    if len(marks) > MAX_MARKS:
        raise TemplateFault(f"the template has {len(marks)} {{{{ and {{%; at most {MAX_MARKS} are allowed.", fix="Use fewer.")
    for mark, stop in zip(marks, [*(following.start() for following in marks[1:]), len(template)], strict=False):
        end = _MARK_END.search(template, mark.end(), stop)
        if end is None:
            raise TemplateFault(f"{mark[0]} is not closed.", line=_line(template, mark.start()), fix="Close it with }} or %}.")
        if end.start() - mark.end() > MAX_EXPRESSION:
            message = f"an expression has more than {MAX_EXPRESSION} characters."
            raise TemplateFault(message, line=_line(template, mark.start()), fix="Shorten it.")


def _fault(exc: Exception) -> TemplateFault:
    """Translate what python-liquid raised into a sentence and a line."""
    token = exc.token if isinstance(exc, LiquidError) else None
    line = _line(token.source, token.start_index) if token is not None and token.start_index >= 0 else 0
    if isinstance(exc, OutputStreamLimitError):
        return TemplateFault(f"the text would be longer than {liquid_sandbox.MAX_OUTPUT} characters.", line=line, fix="Shorten it.")
    if isinstance(exc, ResourceLimitError):
        return TemplateFault("the template does too much work for an e-mail.", line=line, fix="Use fewer or shorter loops.")
    if isinstance(exc, LiquidTypeError) and "'<' and '>'" in str(exc.message):
        return TemplateFault("< and > compare numbers; one side is text or missing.", line=line, fix="Test the variable with if before.")
    if isinstance(exc, LiquidError):
        return TemplateFault(
            f"{str(exc.message).rstrip('.')}.", line=line, fix='See the Liquid syntax: {{ lead.first_name | default: "there" }}.'
        )
    return TemplateFault("the template cannot be rendered with these values.", fix="Look for a nested or oversized expression.")


def _line(template: str, index: int) -> int:
    return template.count("\n", 0, index) + 1


def _unknown_name(variable: Variable, template: str, lead_fields: Collection[str] | None) -> TemplateFault | None:
    """Return the fault of a variable that no facts will ever hold, or None."""
    root, line = str(variable.segments[0]), _line(template, variable.span.index)
    if root not in FIELDS:
        column = _as_lead_field(root)
        fix = f"Write {{{{ lead.{column} }}}}." if column else f"{_did_you_mean(root, FIELDS)}Known names: {', '.join(FIELDS)}."
        return TemplateFault(f'there is no variable "{variable}".', line=line, fix=fix)
    known = lead_fields if root == "lead" else FIELDS[root]
    step = variable.segments[1] if len(variable.segments) > 1 else None
    if known is None or not isinstance(step, str) or step in known:
        return None
    fix = f"{_did_you_mean(step, known)}The {root} has: {', '.join(sorted(known))}."
    return TemplateFault(f'there is no variable "{variable}".', line=line, fix=fix)


def _single_braces(template: str) -> Iterator[TemplateFault]:
    """Find {first_name}, which would reach the lead as it stands."""
    for found in _SINGLE_BRACES.finditer(template):
        if column := _as_lead_field(found[1]):
            fix = f"Write {{{{ lead.{column} }}}}."
            yield TemplateFault(
                f"{found[0]} stands in single braces and would be sent as it is.", line=_line(template, found.start()), fix=fix
            )


def _as_lead_field(name: str) -> str:
    """Return the lead's field that someone means by firstName, First Name or FIRST_NAME, or an empty text."""
    letters = re.sub(r"[^a-z]", "", name.lower().removeprefix("lead"))
    return next((field for field in sorted(LEAD_FIELDS) if field.replace("_", "") == letters), "")


def _did_you_mean(name: str, known: Collection[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"Did you mean {close[0]}? " if close else ""
