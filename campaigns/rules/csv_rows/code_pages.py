"""Which code page is a text in that is no Unicode: the one in whose alphabets most of its words can be written."""

# ruff: noqa: RUF001 - alphabets of many scripts are the point of this file

from __future__ import annotations

from collections import Counter

USUAL = "cp1252"

_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяё"
_CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž", "äöüß")
# Per code page, the letters beyond a-z of languages that are written in it.
_LANGUAGES: dict[str, tuple[str, ...]] = {
    USUAL: (
        *("äöüßé", "àâæçéèêëîïôœùûüÿ", "áéíóúüñç¿¡ºª", "àçèéíïòóúü", "áâãàçéêíóôúü", "àéèìîòóù"),
        *("éèëêïóöüáí", "åäöéü", "æøåéèêóòôäöü", "áéíóúýþæöð", "äöõüšž"),
    ),
    "cp1250": _CENTRAL,
    "iso8859-2": _CENTRAL,
    "cp1254": ("çğıöşüâîûi̇",),
    "cp1251": (_CYRILLIC, _CYRILLIC + "ґєіїў"),
    "cp1253": ("αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋ",),
}
_WITH_LATIN = "1"  # stands for the plain letters of a word, which no word in Greek or Cyrillic has
_ALPHABETS = {
    page: tuple(
        frozenset(alphabet + _WITH_LATIN if page in {USUAL, "cp1250", "iso8859-2", "cp1254"} else alphabet) for alphabet in alphabets
    )
    for page, alphabets in _LANGUAGES.items()
}
# All other bytes are no letter in any of these pages.
_LETTERS = b"\x8a\x8c\x8d\x8e\x8f\x9a\x9c\x9d\x9e\x9f" + bytes({*range(0xA1, 0x100)} - {*b"\xa4\xa7\xa8\xa9\xab\xad\xae\xb0\xb7\xbb"})
_ASCII = bytes(range(128))
_WORDS = bytes(code if (chr(code).isalpha() and code < 128) or code in _LETTERS else 32 for code in range(256))
_SHORTEST = 3
_POWERS = (b"\xb2", b"\xb3")  # m³ and km² are no words
_LONGEST_UNIT = 3
_MARGIN = 2  # one odd word in a Western text is no proof


def code_page_of(data: bytes) -> str:
    """Return the page that explains more words than the usual one does, and nearly all there are; else the usual one."""
    words = Counter(_letters_of_words(data))
    explained = {page: sum(number for letters, number in words.items() if _is_written_in(page, letters)) for page in _ALPHABETS}
    best = max(explained, key=lambda page: explained[page])
    surely = explained[best] >= explained[USUAL] + _MARGIN and explained[best] * 10 >= words.total() * 9
    return best if surely else USUAL


def _letters_of_words(data: bytes) -> list[bytes]:
    """The letters beyond a-z of each word. In Portuguese an õ stands before an e; others are a letter of their own."""
    words = {word for word in data.translate(_WORDS).split() if not word.isascii() and len(word) >= _SHORTEST}
    words = {word for word in words if len(word) > _LONGEST_UNIT or not word.endswith(_POWERS)}
    return [_beyond_a_to_z(word.replace(b"\xf5e", b"e").replace(b"\xd5E", b"E")) for word in words]


def _beyond_a_to_z(word: bytes) -> bytes:
    letters = word.translate(None, _ASCII)
    return letters if len(letters) == len(word) else letters + _WITH_LATIN.encode()


def _is_written_in(page: str, letters: bytes) -> bool:
    text = letters.decode(page, "replace")
    if text[1:] != text[1:].lower() and text != text.upper():
        return False
    return any(alphabet.issuperset(text.lower()) for alphabet in _ALPHABETS[page])
