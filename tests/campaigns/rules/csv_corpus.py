"""A corpus of dirty CSV files, the same each time, each with the truth about what must come out of it.

Every encoding with every separator, and over them every line end, way of quoting and kind of dirt; besides, files that
cannot be read at all.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import product
from random import Random

from tests.campaigns.rules.csv_corpus_writer import ENCODINGS, NEWLINES, UNREADABLE, CorpusFile, FileWriter, Headings, can_write

DELIMITERS = (",", ";", "\t", "|")
LINE_ENDS = (*NEWLINES, "mixed")
STYLES = ("all", "minimal", "spaced")
ROUNDS = 5


def corpus() -> list[CorpusFile]:
    """Make all files."""
    return [*_dirty_files(), *files_of_faults()]


def _dirty_files() -> Iterator[CorpusFile]:
    headings = Headings()
    for number, (turn, encoding, delimiter) in enumerate(product(range(ROUNDS), ENCODINGS, DELIMITERS)):
        style, line_end = STYLES[(number + turn) % 3], LINE_ENDS[(number // 4 + number + turn) % 4]
        file = FileWriter(number, encoding, delimiter, style, headings)
        for at in range(24):
            file.add_row(file.person())
            _KINDS[(number + at) % len(_KINDS)](file)
        yield file.finished(line_end, final_newline=number % 5 != 0, above=_above(number, delimiter))


def _above(number: int, delimiter: str) -> str:
    """Some programs write a declaration, blank lines or a title above the header line."""
    return {3: f"sep={delimiter}\n", 6: "\n  \n", 9: "Leads of the spring fair\n\n"}.get(number % 12, "")


def _blank_lines(file: FileWriter) -> None:
    for text in ("", "   ", file.delimiter * (len(file.columns) - 1), file.delimiter.join(['""'] * len(file.columns))):
        file.add(text)


def _too_few_cells(file: FileWriter) -> None:
    cells, names = file.person(), [name for _, name in file.columns]
    kept = names[: max(map(names.index, {"email", "full_name", "last_name", "first_name"} & set(names))) + 1]
    file.add(
        file.delimiter.join(file.cell(cells[name]) for name in kept),
        "row",
        file.truth({name: text for name, text in cells.items() if name in kept or name in ("first_name", "last_name")}),
    )


def _too_many_cells(file: FileWriter) -> None:
    file.add(file.line(file.plain()) + file.delimiter + "one too many", "too_many_cells")


def _trailing_delimiters(file: FileWriter) -> None:
    cells = file.person()
    file.add(file.line(cells) + file.delimiter * 3, "row", file.truth(cells))


def _header_again(file: FileWriter) -> None:
    file.add(file.header(), "repeated_header")


def _written_twice(file: FileWriter) -> None:
    cells = file.plain()
    file.add_row(cells)
    file.add(file.line(cells | {"email": cells["email"].upper()}), "duplicate")


def _no_usable_address(file: FileWriter) -> None:
    for address, code in (
        ("", "no_email"),
        ("N/A", "no_email"),
        ("nobody", "invalid_email"),
        ("ada@@example.com", "invalid_email"),
        ("a@example.com, b@example.com", "several_addresses"),
    ):
        file.add(file.line(file.plain(email=address)), code)


def _wrapped_addresses(file: FileWriter) -> None:
    for wrapping in (
        "Ada Lovelace <{}>",
        '"Lovelace, Ada" <{}>',
        "<{}>",
        "mailto:{}",
        "  {} ",
        "{};",
        "'{}'",
        "{}\u00a0",
        "Ada\n<{}>",
    ):
        cells = file.person()
        file.add_row(cells, email=wrapping.format(cells["email"]))


def _long_cells(file: FileWriter) -> None:
    file.add_row(file.person() | {"company": "Lang " * 39 + "Firma", "custom.notes": "é " * 4_999})
    file.add(file.line(file.plain(company="x" * 201)), "cell_too_long")
    file.add(file.line(file.plain() | {"custom.notes": "y" * 10_001}), "cell_too_long")


def _open_quotation_mark(file: FileWriter) -> None:
    """Its record is lost, the next one is not."""
    cells = file.plain()
    cells[file.columns[-1][1]] = ""
    if file.style == "minimal" and file.columns[-1][1] != "email":
        file.add(file.line(cells) + '"Acme', "unclosed_quote")


def _marks_inside(file: FileWriter) -> None:
    """A naive program does not quote a cell that only has quotation marks in its middle."""
    cells = file.plain(company='15" Screens "R" Us')
    plain = file.line(cells).replace(file.cell(cells["company"]), cells["company"])
    file.add(plain, "row", file.truth(cells))


def _unreadable_bytes(file: FileWriter) -> None:
    """Bytes that no encoding of this file has spoil a name, and only themselves in a note."""
    if file.encoding.codec == "iso-8859-1":
        return  # there is no byte that this encoding does not have
    file.add_row(file.person() | {"company": "Größe AG", "custom.notes": f"caf{UNREADABLE}"})
    record = file.line(file.plain(company=f"Müller{UNREADABLE} & Söhne"))
    file.add(record, "unreadable_letters")


def _line_in_another_encoding(file: FileWriter) -> None:
    """Somebody pasted a line out of a Windows program into a file of UTF-8."""
    if file.encoding.codec == "utf-8":
        cells = file.plain(full_name="Jörg Weiß", first_name="Jörg", last_name="Weiß", company="Müller & Söhne")
        text = file.line(cells).encode("cp1252").decode("ascii", "surrogateescape")
        file.add(text, "row", file.truth(cells))


_KINDS = (
    _blank_lines,
    _too_few_cells,
    _too_many_cells,
    _trailing_delimiters,
    _header_again,
    _written_twice,
    _no_usable_address,
    _wrapped_addresses,
    _long_cells,
    _open_quotation_mark,
    _marks_inside,
    _unreadable_bytes,
    _line_in_another_encoding,
)


def files_of_faults() -> Iterator[CorpusFile]:
    """Make those files that cannot be read."""
    junk = Random(7).randbytes(20_000)
    for name, data, fault in (
        ("empty", b"", "empty_file"),
        ("a mark only", codecs.BOM_UTF8, "empty_file"),
        ("blank lines only", b"\r\n\r\n  \n", "empty_file"),
        ("NUL bytes only", bytes(500), "empty_file"),
        ("junk", junk, "not_text"),
        ("junk under a header line", b"name,email\n" + junk, "not_text"),
        ("a workbook", b"PK\x03\x04\x14\x00\x06\x00" + junk, "not_text"),
        ("an image", b"\x89PNG\r\n\x1a\n" + junk, "not_text"),
        ("no column of addresses", b"name;city\nAda;London\n", "no_email_column"),
        ("no header line", b"Ada,ada@example.com\nBob,bob@example.com\n", "no_header"),
    ):
        yield CorpusFile(name, data, fault=fault)
    for encoding in ENCODINGS[:-1]:  # the last two write the same bytes here
        text = "Prénom;Nom;Adresse électronique;Société\r\n"
        if can_write(text, encoding):
            yield CorpusFile(f"header only, {encoding.name}", encoding.mark + text.encode(encoding.codec), fault="no_rows")
