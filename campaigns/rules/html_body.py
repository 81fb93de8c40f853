"""The HTML part of an e-mail, and the text part that says the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from html.parser import HTMLParser

import nh3

_TAG = re.compile(
    r"</?(?:a|b|blockquote|body|br|div|em|font|h[1-6]|hr|html|i|img|li|ol|p|span|strong|table|td|tr|u|ul)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_URL = re.compile(r"https?://[^\s<>\"'`]+")
_FONT = {"color", "font-family", "font-size", "font-style", "font-weight", "line-height", "text-align", "text-decoration"}
_BOX = {"background-color", "border", "margin", "max-width", "padding", "width"}
_STYLED = ("a", "blockquote", "div", "h1", "h2", "h3", "h4", "img", "li", "ol", "p", "span", "table", "td", "th", "tr", "ul")
_CLEANER = nh3.Cleaner(
    tags={"abbr", "b", "br", "code", "em", "hr", "i", "pre", "s", "small", "strong", "sub", "sup", "tbody", "thead", "u", *_STYLED},
    attributes={tag: {"style"} for tag in _STYLED}
    | {"a": {"href", "title", "style"}, "img": {"src", "alt", "width", "height", "style"}, "td": {"colspan", "rowspan", "align", "style"}},
    url_schemes={"http", "https", "mailto", "tel"},
    clean_content_tags={"script", "style", "title"},
    filter_style_properties=_FONT | _BOX,
    url_relative="deny",
    link_rel=None,
)
_BLOCKS = frozenset({"blockquote", "div", "h1", "h2", "h3", "h4", "ol", "p", "pre", "table", "tr", "ul"})


def is_html(template: str) -> bool:
    """Return whether a body is written in HTML: it has a tag that e-mails use."""
    return _TAG.search(template) is not None


def clean(html: str) -> str:
    """Return the HTML with nothing in it that runs, loads a frame, or hides a link's real target."""
    return _CLEANER.clean(html)


def from_text(text: str) -> str:
    """Return plain text as HTML: blank lines part paragraphs, addresses of pages become links, everything else is literal."""
    paragraphs = [paragraph.strip("\n") for paragraph in re.split(r"\n\s*\n", text)]
    return "\n".join(f"<p>{'<br>'.join(map(_linked, paragraph.split(chr(10))))}</p>" for paragraph in paragraphs if paragraph)


def _linked(line: str) -> str:
    return "".join(_pieces(line)) if "://" in line else escape(line)


def _pieces(line: str) -> Iterator[str]:
    end = 0
    for match in _URL.finditer(line):
        url = match[0].rstrip(".,;:!?")
        while url.endswith(")") and url.count(")") > url.count("("):
            url = url[:-1].rstrip(".,;:!?")
        yield escape(line[end : match.start()])
        yield f'<a href="{escape(url)}">{escape(url)}</a>'
        end = match.start() + len(url)
    yield escape(line[end:])


def to_text(html: str) -> str:
    """Return clean HTML as plain text: links with their address, lists with marks, paragraphs apart."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [line.strip() for line in "".join(reader.pieces).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._links: list[tuple[str, int]] = []  # the open links: address, and where their words begin
        self._lists: list[int] = []  # the open lists: the number of the last item, or -1 for bullets

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self.pieces)))
        elif tag == "li":
            self._begin_item()
        elif tag == "img":
            self.pieces.append(dict(attrs).get("alt") or "")
        else:
            self.pieces.append({"br": "\n", "hr": "\n---\n", "td": " ", "th": " "}.get(tag, ""))
            self._begin_block(tag)

    def _begin_block(self, tag: str) -> None:
        if tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else -1)
        if tag in _BLOCKS:
            self.pieces.append("\n" if tag in ("div", "tr") or (tag in ("ul", "ol") and len(self._lists) > 1) else "\n\n")

    def _begin_item(self) -> None:
        numbered = bool(self._lists) and self._lists[-1] >= 0
        if numbered:
            self._lists[-1] += 1
        self.pieces.append(f"\n{self._lists[-1]}. " if numbered else "\n- ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._links:
            self._end_link(*self._links.pop())
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        if tag in _BLOCKS:
            self.pieces.append("\n" if tag in ("div", "tr") else "\n\n")

    def _end_link(self, address: str, begin: int) -> None:
        words = "".join(self.pieces[begin:]).strip()
        if address and address.removeprefix("mailto:").rstrip("/") != words.rstrip("/"):
            self.pieces.append(f" ({address})" if words else address)

    def handle_data(self, data: str) -> None:
        text = re.sub(r"\s+", " ", data)
        if text != " " or (self.pieces and not self.pieces[-1].endswith(("\n", " "))):
            self.pieces.append(text)
