from __future__ import annotations

import codecs
import re

from campaigns.rules.csv_rows.code_pages import USUAL, code_page_of
from campaigns.rules.csv_rows.faults import not_text

_SAVE_AS_CSV = "Open it in your spreadsheet program and choose “Save as” or “Download”, then “CSV (UTF-8)”."
_BINARY = (
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook (.xlsx)", _SAVE_AS_CSV),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls)", _SAVE_AS_CSV),
    (b"\x89PNG\r\n\x1a\n", "a PNG image", "Send the CSV file itself."),
    (b"\xff\xd8\xff", "a JPEG image", "Send the CSV file itself."),
    (b"GIF8", "a GIF image", "Send the CSV file itself."),
    (b"%PDF-", "a PDF document", _SAVE_AS_CSV),
    (b"\x1f\x8b", "a gzip archive", "Unpack it and send the CSV file inside."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it and send the CSV file inside."),
    (b"SQLite format 3\x00", "an SQLite database", "Export the table as CSV."),
    (b"PAR1", "a Parquet file", "Export it as CSV."),
)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

_FEWEST_NULS = 8  # of a UTF-16 file; less is an accident
_CONTROLS = bytes(code for code in (*range(32), 127) if code not in b"\t\n\r\v\f")
_BREAKS = bytes.maketrans(b"\v\f", b"  ")  # some databases write them for a new line inside a cell
# Behind a letter of Windows-1252 stand quotation marks, dashes, no-break spaces and ® as well: "ß”", "É®" and "é »" look
# like letters of UTF-8 that hardly anybody uses, and do not count as such.
_UTF8_LETTER = re.compile(
    rb"[\xc2-\xf4](?=[\x80-\xbf])(?:"
    rb"(?<=[\xc2-\xdf]).(?<![\xc9\xd6\xdc\xdf][\x85\x91-\x97\xa0\xab\xae\xbb])"
    rb"|(?<=[\xe0-\xef])[\x80-\xbf]{2}(?<![\xe0\xe8-\xef][\x85\x91-\x97\xa0\xab\xae\xbb]{2})"
    rb"|(?<=[\xf0-\xf4])[\x80-\xbf]{3})"
)
# The first bytes of a letter whose others were cut off; in Windows-1252 these would be letters that nobody writes there.
_HALF_LETTER = re.compile(rb"\xe2[\x80-\x83]|\xf0[\x90-\x9f]|\xff|(?:[a-z]|(?<![A-Za-z])[A-Z])[\xc3-\xc5](?![A-Za-z\x80-\xff])")
_LINE_SEPARATORS = re.compile("[\x85\u2028\u2029]")
# C1 controls, soft hyphens, zero-width and direction marks: they cannot be seen, and break addresses and headers.
_INVISIBLE = re.compile("[\x80-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_START_OF_INVISIBLE = (b"\xc2", b"\xe2\x80", b"\xe2\x81", b"\xef\xbb")  # in UTF-8; to look for these first is cheap


def decode(data: bytes) -> tuple[str, str]:
    """Return the text of a file without control characters, and the encoding it was in; refuse what is no text.

    A byte order mark decides; then UTF-16 by where its NUL bytes lie, strict UTF-8, and the code page in whose
    alphabets the words can be written, Windows-1252 in doubt, which every sequence of bytes is.
    """
    _refuse_binary(data)
    mark, encoding = next((each for each in _BOMS if data.startswith(each[0])), (b"", _utf16_without_mark(data)))
    data = data[len(mark) :]
    if encoding.startswith("utf-16"):
        data = data.decode(encoding, "replace").encode()
    plain = data.translate(_BREAKS, _CONTROLS)
    if (len(data) - data.count(0) - len(plain)) * 20 > len(data):  # NULs come from fixed-width exports too and say nothing
        raise not_text("a binary file", "Export the list as CSV and send that file.")
    text, found = _decoded(plain, known=encoding != "")
    return _without_invisible(text, plain, found), encoding or found


def _refuse_binary(data: bytes) -> None:
    for magic, kind, fix in _BINARY:
        if data.startswith(magic):
            raise not_text(kind, fix)


def _decoded(data: bytes, *, known: bool) -> tuple[str, str]:
    """Decode UTF-8, or line by line what is not; without a mark even what could be UTF-8 needs a letter that speaks for it."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if known or text.isascii() or _UTF8_LETTER.search(data):
            return text, "utf-8"
    page = code_page_of(data)
    if page == USUAL and _UTF8_LETTER.search(data):
        return "".join(map(_decoded_line, data.splitlines(keepends=True))), "mixed"
    return data.decode(page, "replace"), page


def _utf16_without_mark(data: bytes) -> str:
    """Every letter of a Western text, and every comma and @ of any, has a NUL on the same side in UTF-16."""
    if 0 not in data:
        return ""
    even, odd = data[::2].count(0), data[1::2].count(0)
    if max(even, odd) < max(_FEWEST_NULS, len(data) / 10) or min(even, odd) * 10 > max(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _decoded_line(line: bytes) -> str:
    # A damaged line of UTF-8 keeps its good letters and shows the bad ones; guessing would spoil all of them.
    in_utf8 = line.isascii() or _UTF8_LETTER.search(line) or _HALF_LETTER.search(line)
    return line.decode("utf-8" if in_utf8 else USUAL, "replace")


def _without_invisible(text: str, data: bytes, encoding: str) -> str:
    if text.isascii() or (encoding == "utf-8" and not any(start[0] in data and start in data for start in _START_OF_INVISIBLE)):
        return text
    return _INVISIBLE.sub("", _LINE_SEPARATORS.sub(" ", text))
