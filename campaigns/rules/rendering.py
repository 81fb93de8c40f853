"""From a step's templates and the facts about one lead to the subject and both parts of one e-mail."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

from campaigns.rules import html_body
from campaigns.rules.templates import LEAD_FIELDS, Rendering, TemplateFault, check, render

__all__ = ["Parts", "TemplateFault", "add_footer", "check", "lead_facts", "message_parts", "render", "reply_subject"]

MAX_SUBJECT = 200  # characters

# Characters that an e-mail has no use for: controls but tab and line feed, those that turn the reading around, halves of characters.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029]")
_BLANK_LINES = re.compile(r"[ \t]*\n(?:[ \t]*\n)+")
_SPACES = re.compile(r"(?<=\S)  +")


@dataclass(frozen=True, slots=True)
class Parts:
    """One e-mail before it has headers. An empty subject means that it continues the thread.

    `missing_variables` were printed although they hold nothing, `faults` are sentences on broken templates and on limits:
    with either the e-mail must not be sent.
    """

    subject: str
    body_text: str
    body_html: str
    variables_used: tuple[str, ...] = ()
    missing_variables: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def reason_to_block(self) -> str:
        """Say why this e-mail must not be sent; an empty text when it may be."""
        names = ", ".join(self.missing_variables)
        noun, verb = ("variable", "has") if len(self.missing_variables) == 1 else ("variables", "have")
        return " ".join([*([f"The {noun} {names} {verb} no value."] if names else []), *self.faults])


def message_parts(subject_template: str, body_template: str, facts: Mapping[str, object]) -> Parts:
    """Write one e-mail; what is wrong with it stands in the result and never raises.

    A body without HTML tags is plain text and its HTML part is made from it; with tags it is HTML, cleaned, and the text part is
    made from that. So both parts say the same.
    """
    as_html = html_body.is_html(body_template)
    subject, subject_faults = _rendered(subject_template, facts, "subject", html=False)
    body, body_faults = _rendered(body_template, facts, "body", html=as_html)
    one_line = _one_line(subject.text)
    body_text, body_html = _both(_without_controls(body.text), as_html=as_html)
    if subject_template.strip() and not subject_faults and not subject.missing_variables:
        subject_faults += _subject_faults(one_line)
    if not body_text and not body_faults and not body.missing_variables:
        body_faults += ("The body is empty.",)
    return Parts(
        subject=one_line,
        body_text=body_text,
        body_html=body_html,
        variables_used=_union(subject.variables_used, body.variables_used),
        missing_variables=_union(subject.missing_variables, body.missing_variables),
        faults=subject_faults + body_faults,
    )


def _rendered(template: str, facts: Mapping[str, object], field: str, *, html: bool) -> tuple[Rendering, tuple[str, ...]]:
    try:
        return render(template, facts, html=html), ()
    except TemplateFault as fault:
        return Rendering("", (), ()), (f"The {field} cannot be written. {fault.message}",)


def _both(body: str, *, as_html: bool) -> tuple[str, str]:
    """Return the text part and the HTML part."""
    if as_html:
        cleaned = html_body.clean(body).strip()
        return html_body.to_text(cleaned), cleaned
    text = _SPACES.sub(" ", _BLANK_LINES.sub("\n\n", body)).strip()
    return text, html_body.from_text(text)


def _subject_faults(subject: str) -> tuple[str, ...]:
    if not subject:
        return ("The subject is empty.",)
    return (f"The subject has {len(subject)} characters; at most {MAX_SUBJECT} are allowed.",) if len(subject) > MAX_SUBJECT else ()


def _without_controls(text: str) -> str:
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))


def _one_line(text: str) -> str:
    """Return a header's text: no line break, no control character, single spaces."""
    return " ".join(_without_controls(text).split())


def _union(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def reply_subject(subject: str) -> str:
    """Return the subject of the next e-mail in a thread."""
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def add_footer(parts: Parts, *, lines: Sequence[str], unsubscribe_url: str = "") -> Parts:
    """Put the sender's postal address and the way out under both parts."""
    kept = [_one_line(line) for line in lines if line.strip()]
    way_out = [f"Unsubscribe: {unsubscribe_url}"] if unsubscribe_url else []
    link = [f'<a href="{escape(unsubscribe_url)}">Unsubscribe</a>'] if unsubscribe_url else []
    if not kept and not link:
        return parts
    text = "\n".join(["-- ", *kept, *way_out])
    html = "<br>".join([*map(escape, kept), *link])
    footer = f'<p style="color:#666666;font-size:12px">{html}</p>'
    return replace(parts, body_text=f"{parts.body_text}\n\n{text}", body_html=f"{parts.body_html}\n{footer}")


def lead_facts(standard: Mapping[str, object], custom: Mapping[str, object]) -> dict[str, object]:
    """Return what templates may say about a lead: its own columns, and custom ones both as lead.x and as lead.custom.x.

    Every value is one line: a cell of a CSV cannot add a paragraph.
    """
    extra = {name: _flat(value) for name, value in custom.items()}
    known = {name: _flat(value) for name, value in standard.items() if name in LEAD_FIELDS}
    facts: dict[str, object] = {**{_as_name(name): value for name, value in extra.items()}, **extra, **known, "custom": extra}
    if not facts.get("full_name"):
        facts["full_name"] = " ".join(str(facts[name]) for name in ("first_name", "last_name") if facts.get(name))
    return facts


def _flat(value: object) -> object:
    return _one_line(value) if isinstance(value, str) else value


def _as_name(column: str) -> str:
    """Return the name by which a template can say lead.x of a column such as "Job Function"."""
    plain = unicodedata.normalize("NFKC", column).lower()
    return re.sub(r"\W+", "_", plain).strip("_")
