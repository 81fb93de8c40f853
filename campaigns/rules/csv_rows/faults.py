from __future__ import annotations

MAX_BYTES = 2 * 1024 * 1024
MAX_ROWS = 200_000
MAX_UNUSUAL = 5_000  # addresses that take the slow check: 0.2 ms each, while somebody waits for the page
MAX_COLUMNS = 500
HEADER_EXAMPLE = "contact name,email,company,title"


class CsvFault(Exception):
    """The file as a whole cannot be read; `code` names the fault, `message` and `fix` are sentences for its owner."""

    def __init__(self, code: str, message: str, fix: str) -> None:
        super().__init__(f"{message} {fix}")
        self.code = code
        self.message = message
        self.fix = fix


def check_size(size: int) -> None:
    """Refuse a file that is over the limit; call it before the bytes are read."""
    if size > MAX_BYTES:
        message = f"The file has {size / 1024 / 1024:.1f} MB ({size:,} bytes); {MAX_BYTES // 1024 // 1024} MB are allowed."
        raise CsvFault("too_large", message, "Split it into several files, or remove the columns that no e-mail uses.")


class UnusualAddresses:
    """Counts the addresses that are not plain ones; one more than allowed is a fault of the whole file."""

    def __init__(self) -> None:
        self._number = 0

    def count(self) -> None:
        """Call it before each slow check."""
        self._number += 1
        if self._number > MAX_UNUSUAL:
            raise CsvFault("too_many_unusual", f"More than {MAX_UNUSUAL:,} addresses are not plain ones.", "Split the file.")


def empty_file() -> CsvFault:
    return CsvFault("empty_file", "The file is empty.", f"Send a header line such as “{HEADER_EXAMPLE}” and one line per person.")


def no_rows() -> CsvFault:
    return CsvFault("no_rows", "The file has a header line, but no rows below it.", "Add one line per person.")


def no_header(first_line: str) -> CsvFault:
    message = f"The file has no header line: its first line, “{first_line[:100]}”, already holds an address."
    return CsvFault("no_header", message, f"Put a line with the names of the columns first, such as “{HEADER_EXAMPLE}”.")


def no_email_column(headings: list[str]) -> CsvFault:
    message = f"The file has no column of e-mail addresses. Its columns are {_listed(headings)}."
    return CsvFault("no_email_column", message, f"Add a column named “email”, such as in “{HEADER_EXAMPLE}”.")


def unclear_email_column(headings: list[str]) -> CsvFault:
    message = f"Several columns hold e-mail addresses and none is named “email”: {_listed(headings)}."
    return CsvFault("unclear_email_column", message, "Rename the column that mail should go to “email”.")


def too_many_columns(number: int) -> CsvFault:
    message = f"The header line has {number:,} columns; {MAX_COLUMNS} are allowed."
    return CsvFault("too_many_columns", message, "Keep the columns that your e-mails use.")


def too_many_rows() -> CsvFault:
    return CsvFault("too_many_rows", f"The file has more than {MAX_ROWS:,} rows.", "Split it into several files.")


def not_text(kind: str, fix: str) -> CsvFault:
    return CsvFault("not_text", f"This is {kind}, not a CSV file.", fix)


def _listed(headings: list[str]) -> str:
    shown = ", ".join(f"“{' '.join(heading.split())[:40]}”" for heading in headings[:10])
    return f"{shown} and {len(headings) - 10} more" if len(headings) > 10 else shown
