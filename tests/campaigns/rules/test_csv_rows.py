from __future__ import annotations

import csv
import io
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.models import Lead
from campaigns.rules.csv_rows import (
    LIMITS,
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_CUSTOM,
    CsvFault,
    CsvTable,
    Duplicate,
    Rejected,
    Row,
    check_size,
    read,
)
from campaigns.rules.csv_rows.decoding import decode
from campaigns.rules.csv_rows.layout import layout_of
from campaigns.rules.csv_rows.records import records, split_lines


def read_text(text: str) -> CsvTable:
    return read(text.encode())


def only_row(text: str) -> Row:
    (row,) = read_text(text).rows
    return row


def rejects(table: CsvTable) -> list[tuple[int, str]]:
    return [(reject.line, reject.code) for reject in table.rejected]


def test_the_file_of_the_documents_is_read() -> None:
    table = read_text(
        "contact name,email,company,title\nAda Lovelace,ada@example.com,Analytical Engine,Founder\n"
        "Grace Hopper,grace@example.com,Compilers Inc,VP Engineering"
    )
    ada = Row(2, "ada@example.com", "Ada Lovelace", "Ada", "Lovelace", "Analytical Engine", "Founder", "", "", "", "", "", {})
    assert table.rows[0] == ada
    assert table.rows[1].email == "grace@example.com"
    assert (table.encoding, table.delimiter, table.header_line, table.data_rows) == ("utf-8", ",", 1, 2)


def test_every_record_ends_as_row_duplicate_or_rejected_with_line_reason_and_text() -> None:
    table = read_text(
        "email,name\n"
        "ada@example.com,Ada\n"
        "\n"
        "nobody,No Address\n"
        'ADA@example.com,"Ada\nAgain"\n'
        ",,\n"
        "grace@example.com,Grace,too much\n"
        "grace@example.com,Grace\n"
    )
    assert [row.line for row in table.rows] == [2, 9]
    assert rejects(table) == [(4, "invalid_email"), (8, "too_many_cells")]
    assert table.rejected[0].text == "nobody,No Address"
    assert "3 cells" in table.rejected[1].reason
    (again,) = table.duplicates
    assert (again.line, again.first_line, again.text) == (5, 2, 'ADA@example.com,"Ada\nAgain"')
    assert "line 2" in again.reason
    assert table.data_rows == 5


def test_a_rejected_record_does_not_make_a_later_one_a_duplicate() -> None:
    table = read_text("email,name\nada@example.com,Ada,x\nada@example.com,Ada\n")
    assert [row.line for row in table.rows] == [3]
    assert not table.duplicates


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "no_email"),
        ("N/A", "no_email"),
        ("-", "no_email"),
        ("E-Mail", "repeated_header"),
        ("ada@example", "invalid_email"),
        ("ada@example.com bob@example.com", "several_addresses"),
        ("jörg@example.com", "non_ascii_local_part"),
        ("ada@intranet.local", "reserved_domain"),
    ],
)
def test_a_record_without_one_usable_address_is_rejected(cell: str, code: str) -> None:
    assert rejects(read_text(f"name,email\nX,{cell}\nAda,ada@example.com\n")) == [(2, code)]


def test_missing_cells_are_empty_and_empty_extra_cells_do_not_matter() -> None:
    table = read_text("email,name,company\nada@example.com\ngrace@example.com,Grace,Compilers,,  ,\n")
    assert [(row.email, row.company) for row in table.rows] == [("ada@example.com", ""), ("grace@example.com", "Compilers")]


def test_a_value_over_its_limit_rejects_the_record() -> None:
    table = read_text(f"email,city,about\nada@example.com,{'x' * 101},\nbob@example.com,,{'y' * (MAX_CUSTOM + 1)}\n")
    assert rejects(table) == [(2, "cell_too_long"), (3, "cell_too_long")]
    assert table.rejected[0].reason == "The city has 101 characters; 100 are allowed."
    assert only_row(f"email,city,about\nada@example.com,{'x' * 100},{'y' * MAX_CUSTOM}\n").city == "x" * 100


def test_the_limits_are_those_of_a_lead() -> None:
    assert {field: getattr(Lead._meta.get_field(field), "max_length", None) for field in LIMITS} == LIMITS


def test_white_space_in_fields_is_collapsed_and_texts_keep_their_lines() -> None:
    row = only_row('email,name,company,about\r\n ada@example.com ,"  Ada\r\n Lovelace","A\u00a0 B","one\r\ntwo\r\n"\r\n')
    assert (row.full_name, row.first_name, row.company) == ("Ada Lovelace", "Ada", "A B")
    assert row.custom == {"about": "one\ntwo"}


def test_what_programs_write_for_nothing_is_nothing_but_a_person_may_be_called_nan() -> None:
    row = only_row("email,first name,last name,company,phone,extra\nada@example.com,Nan,nan,N/A,#N/A,N/A\n")
    assert (row.first_name, row.last_name, row.company, row.phone) == ("Nan", "", "", "")
    assert row.custom == {"extra": "N/A"}


def test_unknown_columns_are_kept_and_empty_ones_left_out() -> None:
    table = read_text("email,Team Size,Industry,State,,Lieblingsfarbe\nada@example.com,12,Software,,blank heading,\n")
    assert table.rows[0].custom == {"team_size": "12", "industry": "Software", "column_5": "blank heading"}
    assert [column.name for column in table.columns] == ["email", "team_size", "industry", "state", "column_5", "lieblingsfarbe"]


def test_a_linkedin_profile_under_the_heading_url_is_no_website() -> None:
    row = only_row("email,url\nada@example.com,https://www.linkedin.com/in/ada\n")
    assert (row.website, row.linkedin_url) == ("", "https://www.linkedin.com/in/ada")


@pytest.mark.parametrize(
    ("above", "header_line"),
    [
        ("\n\n  \n", 4),
        ("sep=,\n", 2),
        ('"sep=,"\n', 2),
        ("Leads of the spring fair\n\n", 3),
        ('Notes:\n"When exporting, you may notice\nthat some are missing"\n\n', 5),
    ],
)
def test_what_stands_above_the_header_line_is_passed_over(above: str, header_line: int) -> None:
    table = read_text(f"{above}name,email\nAda,ada@example.com\n")
    assert (table.header_line, table.rows[0].line, table.rows[0].email) == (header_line, header_line + 1, "ada@example.com")


@pytest.mark.parametrize("owner", ["Owner", "List owner", "Contact:", "Exported by", "Erstellt von"])
def test_a_line_above_the_header_may_say_whose_list_it_is(owner: str) -> None:
    table = read_text(f"Spring fair,,\n{owner},owner@example.com,\n\nname,email,company\nAda,ada@example.com,Engine\n")
    assert (table.header_line, [row.email for row in table.rows]) == (4, ["ada@example.com"])


@pytest.mark.parametrize("people", ["Ada,ada@example.com,X\n", "Ada,ada@example.com\nBob,bob@example.com\n", "Owner,ada@example.com,X\n"])
def test_people_above_a_header_are_not_lost_in_silence(people: str) -> None:
    with pytest.raises(CsvFault) as caught:
        read_text(f"{people}name,email,company\ncy@example.com,Cy\n")
    assert caught.value.code == "no_header"


def test_a_declared_separator_is_used_even_when_it_is_an_unusual_one() -> None:
    table = read_text("sep=^\nname^email^company\nAda^ada@example.com^A, B; C\n")
    assert (table.delimiter, table.rows[0].company) == ("^", "A, B; C")


def test_a_file_of_one_column_is_read() -> None:
    assert [row.email for row in read_text("email\nada@example.com\ngrace@example.com\n").rows] == ["ada@example.com", "grace@example.com"]


def test_separators_inside_values_do_not_mislead() -> None:
    table = read_text('name;email;note\n"a,b";ada@example.com;x,y,z\nc,d;bob@example.com;p,q,r\n')
    assert (table.delimiter, [row.full_name for row in table.rows]) == (";", ["a,b", "c,d"])


def test_the_one_column_of_addresses_is_taken_when_no_heading_says_so() -> None:
    table = read_text("who,where to,hint\nAda,ada@example.com,\nBob,bob@example.com,ask carol@example.com\nX,unknown,\n")
    assert [(row.email, row.custom) for row in table.rows] == [
        ("ada@example.com", {"who": "Ada"}),
        ("bob@example.com", {"who": "Bob", "hint": "ask carol@example.com"}),
    ]
    assert table.columns[1].field == "email"


def test_an_open_quotation_mark_costs_its_own_line_only() -> None:
    table = read_text('email,name,company\nada@example.com,"Ada,A\ngrace@example.com,Grace,"B, C"\nbob@example.com,Bob,"D ""E"" F"\n')
    assert rejects(table) == [(2, "unclosed_quote")]
    assert table.rejected[0].text == 'ada@example.com,"Ada,A'
    assert [(row.line, row.company) for row in table.rows] == [(3, "B, C"), (4, 'D "E" F')]


def test_an_open_quotation_mark_before_the_end_of_the_file_costs_its_own_line_only() -> None:
    table = read_text('email,name\nada@example.com,"Ada\ngrace@example.com,Grace\nbob@example.com,Bob\n')
    assert rejects(table) == [(2, "unclosed_quote")]
    assert [row.line for row in table.rows] == [3, 4]


@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_an_open_quotation_mark_in_the_last_line_does_not_push_cells_together(end: str) -> None:
    table = read_text(f'email,name,company\nada@example.com,Ada,A\nbob@example.com,"Bob,B{end}')
    assert rejects(table) == [(3, "unclosed_quote")]
    assert [row.email for row in table.rows] == ["ada@example.com"]


@pytest.mark.parametrize("delimiter", [",", ";", "|", "^"])
def test_blanks_around_quoted_cells_do_not_break_a_record_of_several_lines(delimiter: str) -> None:
    cells = ("email,company,notes", 'ada@example.com , "A, ""B"" " ,"one\ntwo"  ', "bob@example.com,B,")
    table = read_text(f"sep={delimiter}\n" + "\n".join(cells).replace(",", delimiter) + "\n")
    assert [(row.email, row.company, row.custom) for row in table.rows] == [
        ("ada@example.com", f'A{delimiter} "B"', {"notes": "one\ntwo"}),
        ("bob@example.com", "B", {}),
    ]


def test_a_cell_beyond_all_measure_costs_its_own_line_only() -> None:
    table = read_text(f"email,name\nada@example.com,{'x' * 200_000}\ngrace@example.com,Grace\n")
    assert rejects(table) == [(2, "cell_too_long")]
    assert [row.line for row in table.rows] == [3]


def test_a_quotation_mark_behind_a_backslash_is_read_as_it_was_meant() -> None:
    header, line = "email,name,company,path\n", r'"ada@example.com","Ada \"Ace\" L","15\", 3","C:\new"'
    (ada,) = read_text(header + line).rows
    assert (ada.full_name, ada.company, ada.custom) == ('Ada "Ace" L', '15", 3', {"path": r"C:\new"})
    assert [reject.text for reject in read_text(f"{header}{line},more\n").rejected] == [f"{line},more"]
    (bob,) = read_text(header + r'"bob@example.com","Bob \"B\" B","D","E:\\"').rows
    assert bob.custom == {"path": r"E:\\"}


def test_a_backslash_before_the_end_of_a_cell_is_a_backslash() -> None:
    (row,) = read_text('email,path,name,other\n"ada@example.com","C:\\","Ada","D:\\"').rows
    assert (row.full_name, row.custom) == ("Ada", {"path": "C:\\", "other": "D:\\"})


def test_a_formula_that_only_holds_a_text_is_that_text_and_others_stay() -> None:
    row = only_row('email,phone,name,sum\n="ada@example.com",="0049 30","=""Ada""",="1"+1\n')
    assert (row.email, row.phone, row.full_name, row.custom) == ("ada@example.com", "0049 30", "Ada", {"sum": '="1"+1'})


def test_the_header_line_is_known_again_when_its_word_for_the_address_is_not_a_usual_one() -> None:
    assert rejects(read_text("who,where to\nAda,ada@example.com\nBob,bob@example.com\nwho,where  to\n")) == [(4, "repeated_header")]


def test_quotation_marks_in_the_middle_of_a_value_are_letters() -> None:
    assert only_row('email,name,company\nada@example.com,Ada "Ace" L,15" Screens\n').company == '15" Screens'


@pytest.mark.parametrize("line", ['x","\n', '"a\n', '"""\n', 'ada@example.com,"b\n'])
def test_a_file_full_of_open_quotation_marks_is_read_to_its_end(line: str) -> None:
    lines = split_lines(line * 3_000)
    ends = [(start, end) for start, end, _ in records(lines, ",")]
    assert ends[0][0] == 0
    assert ends[-1][1] == len(lines)
    assert all(before[1] == after[0] for before, after in pairwise(ends))


@pytest.mark.parametrize(
    ("data", "code", "told"),
    [
        (b"", "empty_file", "contact name,email,company,title"),
        (b"\xef\xbb\xbf", "empty_file", "contact name,email,company,title"),
        (b"\r\n \n\x00", "empty_file", "contact name,email,company,title"),
        (b"name,email\n", "no_rows", "one line per person"),
        (b"name,email\n\n,\n", "no_rows", "one line per person"),
        (b"name,company\nAda,Engine\n", "no_email_column", "“name”, “company”"),
        (b"Ada,ada@example.com\nBob,bob@example.com\n", "no_header", "contact name,email,company,title"),
        (b"who,a,b\nAda,ada@example.com,ada@example.org\n", "unclear_email_column", "“a”, “b”"),
        (b"," * MAX_COLUMNS + b"email\n", "too_many_columns", "501"),
        (b"PK\x03\x04rest of a workbook", "not_text", "Save as"),
    ],
)
def test_a_fault_of_the_whole_file_says_what_to_do(data: bytes, code: str, told: str) -> None:
    with pytest.raises(CsvFault) as caught:
        read(data)
    assert caught.value.code == code
    assert told in str(caught.value)
    assert len(str(caught.value)) <= 500


def test_blank_lines_buy_no_time_for_long_lines_with_open_quotation_marks() -> None:
    long = 'x","' + "y" * 500 + "\n"
    read_twice = [cells for _, _, cells in records(["\n"] * 5_000 + [long] * 500, ",") if cells is None]
    assert len(read_twice) < 10


def test_more_rows_than_allowed_are_a_fault_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.rules.csv_rows.MAX_ROWS", 3)
    assert read_text("email\n" + "\n".join(f"p{number}@example.com" for number in range(3))).data_rows == 3
    with pytest.raises(CsvFault, match="Split it"):
        read_text("email\n" + "\n".join(f"p{number}@example.com" for number in range(9)))


def test_more_unusual_addresses_than_can_be_checked_at_once_are_a_fault_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.rules.csv_rows.faults.MAX_UNUSUAL", 3)
    unusual = [f"ada@bücher{number}.de" for number in range(3)]
    cheap = ["Ada <ada@acme.com>", "nobody", "", "a@acme.com b@acme.com", "a" * 300 + "@acme.com", "plain@acme.com"] * 2
    assert read_text("\n".join(["email,x", *(f"{cell}," for cell in [*unusual, *cheap, "-"])])).data_rows == 14
    for one_more in ("ada@\uff41.com", "ada@localhost", "ada@xn--bcher-kva.de"):
        with pytest.raises(CsvFault, match="not plain ones") as caught:
            read_text("\n".join(["email,x", *(f"{cell}," for cell in [*unusual, one_more])]))
        assert caught.value.code == "too_many_unusual"


def test_looking_for_the_column_of_addresses_checks_no_more_unusual_ones_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.rules.csv_rows.faults.MAX_UNUSUAL", 3)
    with pytest.raises(CsvFault, match="not plain ones"):
        read_text("who,where\n" + "ada@bücher.de,ada@bücher.com\n" * 2)


def test_a_file_over_the_size_limit_is_refused_before_it_is_read() -> None:
    check_size(MAX_BYTES)
    with pytest.raises(CsvFault, match="2 MB are allowed"):
        check_size(MAX_BYTES + 1)


CSV_LIKE = st.text(',;\t|"\n\r @a.b\x00éx', max_size=120).map(lambda text: ("email,name\na@b.example,\n" + text).encode())


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=400) | CSV_LIKE | st.text(max_size=200).map(lambda text: text.encode("utf-16")))
def test_any_bytes_give_a_table_that_adds_up_or_a_fault(data: bytes) -> None:
    try:
        table = read(data)
    except CsvFault as fault:
        assert fault.message
        assert fault.fix
        return
    lines = split_lines(decode(data)[0])
    below = list(records(lines, table.delimiter, layout_of(lines).body))
    # Records lie end to end, so that no line is lost, and each with any content was counted once.
    assert all(before[1] == after[0] for before, after in pairwise(below))
    assert below[-1][1] == len(lines)
    outcomes: tuple[Row | Duplicate | Rejected, ...] = (*table.rows, *table.duplicates, *table.rejected)
    counted = sorted(outcome.line for outcome in outcomes)
    assert counted == [start + 1 for start, _, cells in below if cells is None or any(map(str.strip, cells))]
    assert len({row.email_key for row in table.rows}) == len(table.rows)
    for value in (value for row in table.rows for value in (*row[1:-1], *row.custom.values())):
        assert "\x00" not in value
    assert not any("\n" in value for row in table.rows for value in row[1:-1])


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                ("ada@example.com", "Ada"),
                ("ADA@example.com", "A"),
                ("bob@example.com", "B\nC"),
                ("", "X"),
                ("x@", "Y"),
                ("", ""),
                ("z@z", "1", "2"),
            ]
        ),
        min_size=1,
    )
)
def test_rows_duplicates_and_rejects_are_exactly_the_records_that_were_written(people: list[tuple[str, ...]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([("email", "name"), ("first@example.com", "First"), *people])
    table = read_text(out.getvalue())
    assert table.data_rows == 1 + sum(any(person) for person in people)
    assert len(table.rows) == 1 + len({person[0].lower() for person in people if person[0].endswith("example.com")})
