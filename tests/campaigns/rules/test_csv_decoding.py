from __future__ import annotations

import codecs
import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.rules.csv_rows import CsvFault, read
from campaigns.rules.csv_rows.decoding import decode

ENCODINGS = {
    "utf-8": (b"", "utf-8"),
    "utf-8 with mark": (codecs.BOM_UTF8, "utf-8"),
    "utf-16-le with mark": (codecs.BOM_UTF16_LE, "utf-16-le"),
    "utf-16-be with mark": (codecs.BOM_UTF16_BE, "utf-16-be"),
    "utf-16-le": (b"", "utf-16-le"),
    "utf-16-be": (b"", "utf-16-be"),
    "cp1252": (b"", "cp1252"),
}
PEOPLE = [
    ["contact name", "e-mail", "company", "job title", "Größe"],
    ["Zoë Müller", "zoe@example.com", "Müller, Söhne; Töchter | Co", "Geschäftsführerin", "12"],
    ['Ada "Countess" Lovelace', "ada@example.com", "Analytical\nEngine", "", "3"],
    ["", "grace@example.com", "Tab\there", "VP", ""],
]


def written(people: list[list[str]], delimiter: str, line_end: str, encoding: str, quoting: int = csv.QUOTE_ALL) -> bytes:
    mark, codec = ENCODINGS[encoding]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows(people)  # type: ignore[arg-type]  # the stubs want a literal
    return mark + out.getvalue().encode(codec)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_delimiter_and_line_end_reads_the_same(encoding: str, delimiter: str, line_end: str) -> None:
    table = read(written(PEOPLE, delimiter, line_end, encoding))
    assert (table.encoding, table.delimiter) == (ENCODINGS[encoding][1], delimiter)
    zoe, ada, grace = table.rows
    assert zoe.company == "Müller, Söhne; Töchter | Co"
    assert (zoe.full_name, zoe.first_name, zoe.title, zoe.custom) == ("Zoë Müller", "Zoë", "Geschäftsführerin", {"grosse": "12"})
    assert (ada.full_name, ada.company, ada.custom) == ('Ada "Countess" Lovelace', "Analytical Engine", {"grosse": "3"})
    assert (grace.email, grace.full_name, grace.company, grace.custom) == ("grace@example.com", "", "Tab here", {})
    assert [row.line for row in table.rows] == [2, 3, 5]
    assert not table.rejected


# Letters that are one byte in Windows-1252 and never look like UTF-8 there.
LETTERS = st.text("abcXYZ äöüßéñÇ,;\t|\"'\n.&-", min_size=1, max_size=20).filter(lambda text: text.strip(" -\t\n"))


@settings(max_examples=150, deadline=None)
@given(
    people=st.lists(st.tuples(LETTERS, LETTERS), min_size=1, max_size=6),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(sorted(ENCODINGS)),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_what_a_writer_wrote_comes_back(people: list[tuple[str, str]], delimiter: str, line_end: str, encoding: str, quoting: int) -> None:
    # The writer of Python 3.11 leaves a line feed unquoted in a file whose lines end with CR alone.
    quoting = csv.QUOTE_ALL if line_end == "\r" else quoting
    lines = [[f"person{number}@example.com", *texts] for number, texts in enumerate(people)]
    table = read(written([["email", "company", "Notes"], *lines], delimiter, line_end, encoding, quoting))
    assert [(row.company, row.custom.get("notes", "")) for row in table.rows] == [
        (" ".join(company.split()), notes.strip()) for company, notes in people
    ]


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "PNG"),
        (b"PK\x03\x04\x14\x00", "xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "xls"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (bytes(range(256)) * 8, "binary"),
    ],
)
def test_binary_files_are_refused_by_kind_with_what_to_do(start: bytes, kind: str) -> None:
    with pytest.raises(CsvFault) as caught:
        decode(start + b"email\nada@example.com\n")
    assert caught.value.code == "not_text"
    assert kind in caught.value.message
    assert "CSV" in caught.value.message + caught.value.fix


def test_nul_bytes_and_what_cannot_be_seen_are_taken_out() -> None:
    text, encoding = decode("e\x00mail,name\x07\nada@example.com\u200b,A\xad\x85d\u202ea\x7f\n".encode())
    assert (text, encoding) == ("email,name\nada@example.com,A da\n", "utf-8")


def test_a_file_of_two_encodings_is_read_line_by_line() -> None:
    data = "email,name\nada@example.com,Müller\n".encode() + "bob@example.com,Müller\n".encode("cp1252")
    table = read(data)
    assert table.encoding == "mixed"
    assert [row.full_name for row in table.rows] == ["Müller", "Müller"]


@pytest.mark.parametrize("cut", [b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98", b"\xff"])
def test_half_a_letter_in_a_file_of_utf_8_is_not_taken_for_another_letter(cut: bytes) -> None:
    table = read("email,name\nada@example.com,Müller\nbob@example.com,Zo".encode() + cut + b"\ncy@example.com,Ren\xe9e\n")
    assert [(reject.line, reject.code) for reject in table.rejected] == [(3, "unreadable_letters")]
    assert [row.full_name for row in table.rows] == ["Müller", "Renée"]


def test_a_name_with_an_unreadable_letter_is_rejected_and_a_note_with_one_is_not() -> None:
    data = b"email,name,remark\nada@example.com,M\xc3\xbcller \xfc,\nbob@example.com,Bob,\xc3\xbc\xff\n"
    table = read(data)
    assert [(reject.line, reject.code) for reject in table.rejected] == [(2, "unreadable_letters")]
    assert [row.email for row in table.rows] == ["bob@example.com"]


def test_utf_16_with_half_a_letter_at_its_end_is_read() -> None:
    assert read("email,name\nada@example.com,Ada\n".encode("utf-16") + b"\x00").rows[0].full_name == "Ada"


@pytest.mark.parametrize(
    "company", ["Weiß” KG", "«\u00a0Café\u00a0» SA", "CAFÉ\u00a0» Müller", "NESCAFÉ® & Söhne", "Strauß… Öl", "Thé\u00a0»"]
)
def test_letters_before_marks_of_windows_are_not_taken_for_letters_of_utf_8(company: str) -> None:
    table = read(f"email,company,city\nada@example.com,{company},\nbob@example.com,Süd,\n".encode("cp1252"))
    assert (table.encoding, table.rows[0].company) == ("cp1252", " ".join(company.split()))
    alone = read(f"email,company\nada@example.com,{company}\n".encode("cp1252"))
    assert (alone.encoding, alone.rows[0].company) == ("cp1252", " ".join(company.split()))


@pytest.mark.parametrize("name", ["頻", "Ləman Əliyeva", "Ștefan Țepeș", "🚀", "ߒ 山", "Nguyễn"])
def test_few_letters_of_utf_8_are_enough(name: str) -> None:
    assert read(f"email,company\nada@example.com,{name} - é\n".encode()).rows[0].company == f"{name} - é"
    assert read(codecs.BOM_UTF8 + f"email,company\nada@example.com,{name}\n".encode()).rows[0].company == name


def test_a_damaged_file_of_utf_8_keeps_the_lines_that_are_whole() -> None:
    table = read("email,name,remark\nada@example.com,Nguyễn,\nbob@example.com,Ştefan,x".encode() + b"\xff\n")
    assert [(row.full_name, row.custom) for row in table.rows] == [("Nguyễn", {}), ("Ştefan", {"notes": "x\ufffd"})]


def test_soft_hyphens_of_windows_are_taken_out() -> None:
    assert read("email,company\nada@example.com,Grö\xadße\n".encode("cp1252")).rows[0].company == "Größe"


def test_a_vertical_tab_or_form_feed_parts_words() -> None:
    table = read(b"email,company\nada@example.com,Analytical\x0bEngine\x0cLtd\n")
    assert table.rows[0].company == "Analytical Engine Ltd"
