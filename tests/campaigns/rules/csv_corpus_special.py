"""The files of the corpus that are dirty in one way of their own."""

# ruff: noqa: RUF001 - headings and names in many scripts are the point of this file

from __future__ import annotations

import codecs
from collections.abc import Iterator
from random import Random

from tests.campaigns.rules.csv_corpus import DELIMITERS, Cell, CorpusFile, Heading, Sheet

PLAIN = (("Name", "full_name"), ("E-mail", "email"), ("Company", "company"), ("City", "city"), ("Notes", "notes"))


def _sheet(*headings: tuple[str, str], delimiter: str = ",", **how: object) -> Sheet:
    columns = tuple(Heading(*heading) for heading in headings or PLAIN)
    return Sheet(columns, delimiter, **how)  # type: ignore[arg-type]  # the caller's words are those of a Sheet


def _people(sheet: Sheet, *, first: int = 1, number: int = 6, company: str = "Müller & Söhne") -> Sheet:
    for at in range(first, first + number):
        known = {"full_name": f"Zoë Nº{at} Møller", "email": f"zoe{at}@example.org", "company": company, "city": "Köln", "notes": "été"}
        sheet.row([known.get(heading.field, "x") for heading in sheet.headings])
    return sheet


def special_files() -> Iterator[CorpusFile]:
    for group in (_faults, _above_the_header, _nul_bytes, _line_ends, _quotes, _cells, _shapes, _headers, _damaged, _names, _programs):
        yield from group()


def _faults() -> Iterator[CorpusFile]:
    noise = Random(7).randbytes(4_000)
    for name, data, code in (
        ("empty", b"", "empty_file"),
        ("only a mark", codecs.BOM_UTF8, "empty_file"),
        ("only blank lines", b"\r\n\r\n  \r\n", "empty_file"),
        ("only a header", b"Name,E-mail,Company\r\n", "no_rows"),
        ("only a header, no newline", "Imię;Adres e-mail".encode("utf-16"), "no_rows"),
        ("a header above blank rows", b"Name;E-mail\n;\n;\n", "no_rows"),
        ("binary junk", noise, "not_text"),
        ("a workbook", b"PK\x03\x04\x14\x00\x06\x00" + noise, "not_text"),
        ("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + noise, "not_text"),
        ("a picture", b"\x89PNG\r\n\x1a\n" + noise, "not_text"),
        ("a document", b"%PDF-1.7\n" + noise, "not_text"),
        ("no addresses", b"Name,City\nAda,London\n", "no_email_column"),
        ("no header", b"Ada,ada@example.org,London\nBob,bob@example.org,Leeds\n", "no_header"),
    ):
        yield CorpusFile(name, data, fault=code)


def _above_the_header() -> Iterator[CorpusFile]:
    for name, lines in {
        "a title": ["Leads of the spring fair"],
        "a title and blank lines": ["Leads, of the spring fair", "", ""],
        "a title in cells": ["Export,,,,", "Date,2026-01-02,,,", ",,,,"],
        "a declared separator": ["sep=,"],
        "a quoted note": ['"Notes:\nSome are missing, as you may notice"', ""],
        "an owner": ["Owner,ada@example.org,,,", ""],
        "an owner in a sentence": ["Exported by ada@example.org on 1 May", ""],
        "five lines": ["Report", "Owner,Ada", "Filter,all", "Rows,6", "Printed,today", ""],
    }.items():
        for line_end in ("\r\n", "\r"):
            sheet = _sheet(line_ends=(line_end,))
            for line in lines:
                sheet.put(line)
            sheet.header()
            yield _people(sheet).file(f"above the header: {name} {line_end!r}")


def _nul_bytes() -> Iterator[CorpusFile]:
    sheet = _sheet()
    sheet.header()
    data = _people(sheet).file("").data
    yield sheet.of_bytes("NUL bytes here and there", data.replace(b"zoe", b"z\x00oe").replace(b"K", b"\x00\x00K"))
    yield sheet.of_bytes("NUL bytes at the end", data + b"\x00" * 300)
    yield sheet.of_bytes("an end of file as DOS wrote it", data + b"\x1a")
    padded = _sheet(("E-mail", "email"), ("Name", "full_name"), delimiter=";")
    padded.header()
    data = _people(padded, number=20).file("").data
    yield padded.of_bytes("cells of a fixed width", data.replace(b";", b"\x00" * 31 + b";"))
    yield padded.of_bytes("a NUL behind every cell", data.replace(b";", b"\x00;").replace(b"\r", b"\x00\r"))


def _line_ends() -> Iterator[CorpusFile]:
    for name, ends, inner in (
        ("CR CR LF", ("\r\r\n",), "\n"),
        ("CR in cells", ("\r\n",), "\r"),
        ("CRLF in cells", ("\n",), "\r\n"),
        ("CR, CR in cells", ("\r",), "\r"),
        ("all of them", ("\r\n", "\r", "\n"), "\r\n"),
    ):
        sheet = _sheet(line_ends=ends, break_in_cell=inner)
        sheet.header()
        for at in range(9):
            ends_twice = ends == ("\r\r\n",)
            sheet.line = sheet.text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
            sheet.row(["Ada", f"ada{at}@example.org", "A" if ends_twice else "A\nB", "Köln", "x" if ends_twice else "one\ntwo\n\nthree"])
        yield sheet.file(f"line ends: {name}")
        yield sheet.file(f"line ends: {name}, no last one", "utf-16-le", final_newline=False)


def _quotes() -> Iterator[CorpusFile]:
    for delimiter in DELIMITERS:
        sheet = _sheet(delimiter=delimiter)
        sheet.header()
        sheet.row(
            [Cell('Ada "Ace" L', 'Ada "Ace" L', raw=True), "a@example.org", Cell('15" Screens', '15" Screens', raw=True), "", 'a "b" c']
        )
        sheet.row(['"Ada"', "b@example.org", '""', 'x "', f'{delimiter}"{delimiter}'])
        sheet.reject(delimiter.join(['"Ada', "open@example.org", "A", "B", "C"]), "unclosed_quote")
        sheet.row(["Bob", "c@example.org", f"B{delimiter} C; D", "", 'one\n"two"\nthree'])
        sheet.row([Cell('"Cy" ', "Cy", raw=True), Cell(' "d@example.org"', "d@example.org", raw=True), "", "", "it's"])
        sheet.row([Cell('""', "", raw=True), "e@example.org", Cell('""""', '"', raw=True), "'Köln'", "«x» “y” „z“"])
        sheet.row([Cell('"Dee" Dee', '"Dee" Dee', raw=True), "f@example.org", "", "", ""])
        sheet.reject(delimiter.join(["Eve", "open2@example.org", "A", "B", '"an open note']), "unclosed_quote")
        sheet.row(["Flo", "g@example.org", "", "", ""])
        yield sheet.file(f"quotes {delimiter!r}")
        backslashes = _sheet(delimiter=delimiter, quoting="all")
        backslashes.header()
        _people(backslashes, number=3)
        nick, inch = Cell('"Ada \\"Ace\\" L"', 'Ada "Ace" L', raw=True), Cell('"15\\" x, 3; | Co"', '15" x, 3; | Co', raw=True)
        backslashes.row([nick, "b1@example.org", inch, "", "C:\\new"])
        backslashes.row(["Ada", "b2@example.org", inch, "AC\\DC", Cell('"\\"so\\" she said"', '"so" she said', raw=True)])
        yield backslashes.file(f"backslashes before quotes {delimiter!r}", "cp1252")


def _cells() -> Iterator[CorpusFile]:
    for delimiter in DELIMITERS:
        sheet = _sheet(("Who", ""), *PLAIN, ("Revenue", ""), delimiter=delimiter)
        sheet.header()
        sheet.row(["=1+1", "Ada", "a@example.org", "A", "", '=HYPERLINK("http://x";"y")', "1.234,56"])
        sheet.row(["+1", "@Bob", "b@example.org", "-C-", "=cmd|' /C calc'!A0", "@SUM(1;2)", "-12,5"])
        sheet.row([Cell('="0049"', "0049", raw=True), "Cy", "c@example.org", Cell('="007"', "007", raw=True), "", "0,5", "1,5;2,5"])
        sheet.row([Cell('"=""0049"""', "0049", raw=True), "Di", "d@example.org", "1.5", "", "", "1'234.50"])
        sheet.row(["x" * 9_999, "Ed", "e@example.org", "y" * 200, "z" * 100, "w" * 10_000, "4,9123E+10"])
        sheet.reject(["", "Flo", "f@example.org", "y" * 201, "", "", ""], "cell_too_long")
        sheet.reject(["", "Gus", "g@example.org", "", "", "w" * 10_001, ""], "cell_too_long")
        sheet.reject(["", "Hal", "h@example.org", "", "", "w" * 140_000, ""], "cell_too_long")
        sheet.row([Cell("\tx", "x"), "Ida\u00a0Ö", Cell("I@Example.ORG", "I@example.org"), "", "", "tab\there", "1"])
        unseen = [Cell("Jo\u200bJo", "JoJo"), Cell("j\u200b@example.org", "j@example.org"), Cell("a\u2028b", "a b")]
        sheet.row(["", *unseen, Cell("\ufeffKöln", "Köln"), "x", ""])
        yield sheet.file(f"cells {delimiter!r}", "utf-8 with mark")


def _shapes() -> Iterator[CorpusFile]:
    for delimiter in DELIMITERS:
        trailing = _sheet(*PLAIN, ("", ""), delimiter=delimiter)
        trailing.header()
        for at in range(5):
            trailing.row(["Ada", f"a{at}@example.org", "A", "", ""], extra=delimiter * at)
            trailing.row(["Ada", f"b{at}@example.org"])
            trailing.reject(["Ada", f"c{at}@example.org", "A", "", "", "", "", "more"], "too_many_cells")
        trailing.put(delimiter * 40)
        yield trailing.file(f"delimiters at the end {delimiter!r}")
        wide = _sheet(*PLAIN, *((f"Field {at}", "") for at in range(60)), delimiter=delimiter, quoting="some")
        wide.header()
        yield _people(wide).file(f"wide {delimiter!r}")
        spaced = _sheet(delimiter=delimiter, quoting="all")
        spaced.put(f" {delimiter} ".join(heading.text for heading in spaced.headings))
        spaced.header_line = 1
        for at in range(4):
            cells = [f'"Ada {at}"', f'"s{at}@example.org"', f'"A{delimiter} B"', '"Köln"', '"x"']
            marked = [Cell(f" {cell} ", " ".join(cell.strip('"').split()), raw=True) for cell in cells]
            spaced.row(marked)
        yield spaced.file(f"spaces around the delimiters {delimiter!r}", "cp1252")


def _headers() -> Iterator[CorpusFile]:
    single = _sheet(("E-mail", "email"))
    single.header()
    for at in range(5):
        single.row([f"zoe{at}@example.org"])
        single.put("")
    yield single.file("one column", "utf-16-be", final_newline=False)
    repeated = _sheet(("Name", "full_name"), ("Email", "email"), ("Email 2", ""), ("Notes", "notes"), ("Notes", ""), ("", ""))
    repeated.header()
    for at in range(6):
        repeated.row(["Ada", f"a{at}@example.org", f"other{at}@example.org", "one", "two", "three"])
        if at % 2:
            repeated.reject(["Name", "Email", "Email 2", "Notes", "Notes", ""], "repeated_header")
    yield repeated.file("headings twice and none")
    broken = _sheet(("Name", "full_name"), ("E-mail\naddress", "email"), ('Company\n("legal")', ""), ("Job\ntitle", "title"))
    broken.header()
    for at in range(6):
        broken.row(["Ada", f"a{at}@example.org", "A", "CEO"])
    yield broken.file("headings of two lines")
    marks = _sheet(quoting="all")
    marks.header()
    data = _people(marks).file("").data
    yield marks.of_bytes("two marks before a quotation mark", codecs.BOM_UTF8 * 2 + data)
    sep = _sheet(delimiter=";")
    sep.put("sep=;")
    sep.header()
    yield _people(sep).file("a mark, a declared separator", "utf-16-le with mark")


def _damaged() -> Iterator[CorpusFile]:
    sheet = _sheet()
    sheet.header()
    _people(sheet)
    sheet.row(["Bob", "bob@example.org", "Plain Ltd", "Leeds", "a note with b\ufffdd letters, é"])
    sheet.reject(["Z\ufffd", "half@example.org", "Plain Ltd", "Leeds", "x"], "unreadable_letters")
    sheet.reject(["M\ufffdller", "whole@example.org", "Zürich AG", "Leeds", "x"], "unreadable_letters")
    sheet.row(["Cy", "cy@example.org", "Müller & Co", "Köln", "ok"])
    data = sheet.file("").data
    for bad in (b"\xff", b"\x81", b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98"):
        damaged = data.replace("\ufffd".encode(), bad)
        yield sheet.of_bytes(f"UTF-8 with the bytes {bad!r}", damaged)
    mixed = _sheet()
    mixed.header()
    before = _people(mixed, number=5).text
    after = _people(mixed, first=6, number=5).text[len(before) :]
    yield mixed.of_bytes("half UTF-8, half Windows-1252", before.encode() + after.encode("cp1252"))
    smart = _sheet()
    smart.header()
    for at in range(5):
        smart.row(["Renée “Zizi” L’Été", f"r{at}@example.org", "Œuvre – Žižka…", "Kraków", "5 € • 10 ‰ ™"])
    yield smart.file("letters of Windows-1252 only", "cp1252")


def _names() -> Iterator[CorpusFile]:
    """Columns that are just "name", in the company of others."""
    for first, last in (("Vorname", "Name"), ("Prénom", "Nom"), ("Nome", "Cognome"), ("Nombre", "Apellidos"), ("Jméno", "Příjmení")):
        sheet = _sheet((last, "last_name"), (first, "first_name"), ("E-mail", "email"), delimiter=";", quoting="some")
        sheet.header()
        for at in range(5):
            sheet.row(["von Neumann", "John", f"j{at}@example.org"])
        yield sheet.file(f"the names {first} and {last}")
    for name in ("Name", "Nom", "Nombre", "Nome", "Имя", "Imię", "Όνομα", "Navn", "İsim", "Nama"):
        sheet = _sheet((name, "full_name"), ("E-mail", "email"), delimiter="\t")
        sheet.header()
        yield _people(sheet).file(f"the name {name}", "utf-16-le with mark")


def _programs() -> Iterator[CorpusFile]:
    """Exports of well-known programs, with what stands around their tables."""
    linkedin = _sheet(
        ("First Name", "first_name"),
        ("Last Name", "last_name"),
        ("URL", "linkedin_url"),
        ("Email Address", "email"),
        ("Company", "company"),
        ("Position", "title"),
        ("Connected On", ""),
    )
    linkedin.put("Notes:")
    linkedin.put('"When exporting your connection data, you may notice that some of the email addresses are missing."')
    linkedin.put("")
    linkedin.header()
    for at in range(8):
        person = ["Zoë", f"Møller {at}", f"https://www.linkedin.com/in/zoe-{at}"]
        if at % 3:
            linkedin.row([*person, f"zoe{at}@example.org", "Acme, Inc.", "CTO", f"0{at} May 2025"])
        else:
            linkedin.reject([*person, "", "Acme, Inc.", "CTO", f"0{at} May 2025"], "no_email")
    yield linkedin.file("connections of LinkedIn", final_newline=False)
    for encoding, headings in (
        ("cp1250", (("Imię", "first_name"), ("Nazwisko", "last_name"), ("E-mail", "email"), ("Firma", "company"))),
        ("cp1250", (("First Name", "first_name"), ("Last Name", "last_name"), ("Email", "email"), ("Company", "company"))),
    ):
        excel = _sheet(*headings, delimiter=";")
        excel.header()
        for at, (first, last, company) in enumerate(
            (("Łukasz", "Żak", "Piekarnia Źródło"), ("Małgorzata", "Święch", "Usługi Ćwik"), ("Jan", "Kowalski", "Dąb Sp. z o.o."))
        ):
            excel.row([first, last, f"e{at}@example.org", company])
        yield excel.file(f"a Polish spreadsheet, {headings[0][0]}", encoding)
