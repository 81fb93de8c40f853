"""Dirty files, each with its truth: what a person who looks at it would say stands in every cell.

They are made of people first, then spoilt; the reader is never asked what it would make of them.
"""

# ruff: noqa: RUF001, E501 - headings and names in many scripts are the point of this file, and each of its odd files stands on a line

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

DELIMITERS = (",", ";", "\t", "|")
FIELDS = ("email", "full_name", "company", "title", "website", "linkedin_url", "phone", "city", "country", "industry", "notes")

_HEADINGS = {
    "email": "Email; E-mail; E-Mail-Adresse; Email Address; EMAIL_ADDRESS; Work Email; Business Email; Primary Email; Contact Email; Courriel;"
    " Adresse e-mail; Correo electrónico; Posta elettronica; E-mailadres; E-postadress; E-Mail Adresse (geschäftlich); Mail; email1",
    "full_name": "Full Name; Contact Name; Name; Contact; Person; Lead Name; Display Name; Full name; FULL_NAME; Nom complet; Nombre completo;"
    " Vollständiger Name; Ansprechpartner; Nome completo; Volledige naam; Key Contact",
    "company": "Company; Company Name; Organisation; Organization Name; Account Name; Employer; Firma; Unternehmen; Société; Entreprise; Empresa;"
    " Azienda; Bedrijf; Företag; Business Name; Account",
    "title": "Title; Job Title; Position; Job title; JOB_TITLE; Role; Designation; Jobtitel; Funktion; Poste; Fonction; Cargo; Puesto; Ruolo;"
    " Functie; Stanowisko",
    "website": "Website; Web Site; URL; Company Website; Homepage; Web; Company URL; Site web; Sitio web; Sito web; Webseite; Domain; Website URL;"
    " company_website",
    "linkedin_url": "LinkedIn; LinkedIn URL; Linkedin Profile; LinkedIn Profile URL; Person Linkedin Url; linkedin_url; LinkedIn profile link;"
    " Linkedin Link; Profil LinkedIn; Perfil de LinkedIn; LinkedIn-Profil; Contact LinkedIn URL",
    "phone": "Phone; Phone Number; Telephone; Mobile; Mobile Phone; Work Phone; Direct Phone; Telefon; Telefonnummer; Téléphone; Teléfono;"
    " Telefono; Telefone; Handy; Tel.; Cell Phone",
    "city": "City; Town; Person City; Contact City; Stadt; Ort; Ville; Ciudad; Città; Cidade; Plaats; Mailing City; Stad; Miasto",
    "country": "Country; Country Name; Country/Region; Person Country; Land; Pays; País; Paese; Nation; Mailing Country; Contact Country; COUNTRY;"
    " Kraj; Billing Country",
    "industry": "Industry; Sector; Company Industry; Branche; Secteur; Secteur d'activité; Industria; Settore; Setor; Vertical; Business Sector;"
    " Industry Name",
    "notes": "Notes; Note; Comments; Comment; Remarks; Bemerkungen; Notizen; Commentaires; Notas; Note interne; Kommentar; Remark",
}
HEADINGS = {name: [each.strip() for each in words.split(";")] for name, words in _HEADINGS.items()}

WESTERN = (
    ("Ada Lovelace", "Analytical Engines Ltd"), ("Zoé Müller", "Müller & Söhne GmbH"), ("François Lefèvre", "Crédit Général"),
    ("Íñigo Núñez", "Peñalara S.A."), ("Åsa Öberg", "Älvsjö Snickeri"), ("João Conceição", "Padaria São João"),
    ("Grace Hopper", "Compilers, Inc."), ("Søren Kjær", "Smørrebrød ApS"), ("Renée O’Brien", "“Quoted” Works"), ("Niccolò Pérez", "Caffè Più"),
)  # fmt: skip
LATIN = tuple(pair for pair in WESTERN if "’" not in pair[0])
WORLD = (
    *WESTERN,
    ("Łukasz Żółć", "Gęś i Spółka"),
    ("Αθηνά Παππά", "Ελληνική Εταιρεία"),
    ("Ольга Петрова", "ООО «Ромашка»"),
    ("山田太郎", "株式会社山田"),
)
TITLES = ("CEO", "VP of Sales", "Head of Data", "Director, Operations", "=cmd()", "Ingénieur", "+1 Manager", "Owner/Founder")
NOTES = ("", "met at a fair", "two\nlines", 'said "yes"', "a, b; c | d", "@SUM(A1)", "-", "  spaces   inside  ")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "utf-16-le-bare", "cp1252", "latin-1")
STYLES = ("plain", "quoted", "wild", "ragged")


@dataclass
class DirtyFile:
    """The bytes of a file and the truth about it; `fault` names the fault of a file that nobody could read."""

    name: str
    content: bytes
    people: list[dict[str, str]] = field(default_factory=list)
    rejected: int = 0
    duplicates: int = 0
    headings: dict[str, str] = field(default_factory=dict)
    fault: str = ""


def corpus() -> Iterator[DirtyFile]:
    """Make all files: every encoding with every delimiter in every style, and then those that are odd in a way of their own."""
    pick, number = Random(20_261_126), 0
    for encoding in ENCODINGS:
        for delimiter in DELIMITERS:
            for style in STYLES:
                yield _file(pick, number, encoding, delimiter, style)
                number += 1
    yield from _odd_ones()


def _file(pick: Random, number: int, encoding: str, delimiter: str, style: str) -> DirtyFile:
    fields = [*FIELDS] if style != "ragged" else [*FIELDS[:-2]]
    pick.shuffle(fields)
    headings = {name: HEADINGS[name][(number + at) % len(HEADINGS[name])] for at, name in enumerate(FIELDS) if name in fields}
    names = {"cp1252": WESTERN, "latin-1": LATIN}.get(encoding, WORLD)
    people = [_person(pick, number, at, names, wild=style == "wild") for at in range(12)]
    rows = [[each[name] for name in fields] for each in people]
    made = DirtyFile(f"{encoding} {delimiter!r} {style}", b"", people, headings=headings)
    if style == "ragged":
        _spoil(made, rows, fields, [headings[name] for name in fields])
    end = {"plain": "\n", "quoted": "\r\n", "wild": "\n", "ragged": "\r\n" if number % 3 else "\r"}[style]
    lines = [_line([headings[name] for name in fields], delimiter, style)] + [_line(row, delimiter, style) for row in rows]
    if style == "wild":
        lines[3:3] = ["", ""]
    text = end.join(lines) + ("" if style == "wild" else end)
    made.content = _encoded(text, encoding)
    for person in people:
        for name in set(FIELDS) - set(fields):
            del person[name]
    return made


def _person(pick: Random, number: int, at: int, names: tuple[tuple[str, str], ...], *, wild: bool) -> dict[str, str]:
    full_name, company = names[at % len(names)]
    return {
        "email": f"person{at}.{number}@mail{at}.example.com",
        "full_name": full_name,
        "company": company,
        "title": pick.choice(TITLES) if wild else TITLES[at % 4],
        "website": f"https://www.firm{at}.example.com/a?b={at}",
        "linkedin_url": f"https://www.linkedin.com/in/person-{at}-{number}",
        "phone": f"+49 30 {number:03d}{at:04d}",
        "city": ("Köln", "São Paulo", "Austin", "Málaga")[at % 4],
        "country": ("Germany", "Brazil", "United States", "España")[at % 4],
        "industry": ("Software", "Logistics, Freight", "Food & Drink")[at % 3],
        "notes": NOTES[at % len(NOTES)] if wild else NOTES[at % 2],
    }


def _spoil(made: DirtyFile, rows: list[list[str]], fields: list[str], header: list[str]) -> None:
    """Cut cells off, add empty ones, and put rows between that name nobody, or somebody twice."""
    shortest = max(fields.index("email"), 3) + 1
    rows[2] = rows[2][:shortest]
    for name in fields[shortest:]:
        made.people[2][name] = ""
    rows[4] = [*rows[4], "", ""]
    rows[5] = [f"  {cell}  " for cell in rows[5]]
    rows[6][fields.index("email")] = f"{made.people[6]['full_name']} <{made.people[6]['email']}>"
    rows[7][fields.index("email")] = f"mailto:{made.people[7]['email']}"
    nobody, surplus = [*rows[0]], [*rows[1], "one", "two"]
    nobody[fields.index("email")] = "n/a"
    surplus[fields.index("email")] = "surplus@mail.example.com"
    twice = [*rows[3]]
    twice[fields.index("email")] = made.people[3]["email"].upper()
    rows += [nobody, surplus, header, twice, [""] * len(fields)]
    made.rejected, made.duplicates = 3, 1


def _line(cells: list[str], delimiter: str, style: str) -> str:
    return delimiter.join(_cell(each, delimiter, always=style == "quoted") for each in cells)


def _cell(cell: str, delimiter: str, *, always: bool) -> str:
    needs = any(mark in cell for mark in (delimiter, '"', "\n", "\r"))
    return '"' + cell.replace('"', '""') + '"' if always or needs else cell


def _encoded(text: str, encoding: str) -> bytes:
    marks = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    return marks.get(encoding, b"") + text.encode(encoding.removesuffix("-bare"))


BOB = {"email": "bob@mail.example.com", "full_name": "Bob"}


def _odd_ones() -> Iterator[DirtyFile]:
    one = {"email": "ada@mail.example.com", "full_name": "Ada Lovelace"}
    head = "email,full name\n"
    yield DirtyFile("NUL bytes in cells", b"email,full name\nada@mail.example.com,Ada\x00 Love\x00lace\n", [one])
    yield DirtyFile("NULs of a fixed width", b"email,full name\nada@mail.example.com\x00\x00\x00,Ada Lovelace\x00\x00\n", [one])
    yield DirtyFile("no final newline", f"{head}ada@mail.example.com,Ada Lovelace".encode(), [one])
    yield DirtyFile("a title above the header", f"Contacts as of today\n\n{head}ada@mail.example.com,Ada Lovelace\n".encode(), [one])
    yield DirtyFile("a separator that is declared", b"sep=;\r\nemail;full name\r\nada@mail.example.com;Ada Lovelace\r\n", [one])
    yield DirtyFile("ends of lines of three kinds", b"email,full name\rada@mail.example.com,Ada Lovelace\r\nbob@mail.example.com,Bob\n",
                    [one, BOB])  # fmt: skip
    yield DirtyFile("a letter of another encoding", "email,full name,company\nada@mail.example.com,Ada Lovelace,Zürich\n".encode()
                    + "bob@mail.example.com,Bob,Köln\n".encode("cp1252"),
                    [one | {"company": "Zürich"}, BOB | {"company": "Köln"}])  # fmt: skip
    yield DirtyFile("zero-width marks", f"\ufeff{head}\u200bada@mail.example.com\u200b,Ada\u200b Lovelace\n".encode(), [one])
    yield DirtyFile(
        "a long note", f"email,full name,notes\nada@mail.example.com,Ada Lovelace,{'x' * 9_000}\n".encode(), [one | {"notes": "x" * 9_000}]
    )
    yield DirtyFile("a cell far too long", f"{head}ada@mail.example.com,{'x' * 20_000}\n".encode(), rejected=1)
    yield DirtyFile(
        "a quotation mark that is never closed",
        f'{head}ada@mail.example.com,Ada Lovelace\nbob@mail.example.com,"Bob\n'.encode(),
        [one, BOB],
    )
    yield DirtyFile("a quotation mark inside a word", f'{head}ada@mail.example.com,Ada "Countess" Lovelace\n'.encode(),
                    [one | {"full_name": 'Ada "Countess" Lovelace'}])  # fmt: skip
    yield DirtyFile("columns that nobody names", b"email,,\nada@mail.example.com,1,2\n", [{"email": "ada@mail.example.com"}])
    yield DirtyFile("two addresses in a cell", f"{head}ada@mail.example.com; bob@mail.example.com,Ada\n".encode(), rejected=1)
    yield DirtyFile(
        "semicolons inside quotes", b'email;notes\n"ada@mail.example.com";"a;b;c"\n', [{"email": "ada@mail.example.com", "notes": "a;b;c"}]
    )
    yield DirtyFile("a decimal comma", b"email;notes\nada@mail.example.com;1,5\n", [{"email": "ada@mail.example.com", "notes": "1,5"}])
    yield DirtyFile("one column alone", b"email\nada@mail.example.com\n", [{"email": "ada@mail.example.com"}])
    yield DirtyFile("a header alone", head.encode(), fault="no_rows")
    yield DirtyFile("nothing at all", b"", fault="empty_file")
    yield DirtyFile("blanks alone", b" \r\n\t\n\n", fault="empty_file")
    yield DirtyFile("a workbook", b"PK\x03\x04" + bytes(range(256)) * 20, fault="not_text")
    yield DirtyFile("noise", Random(3).randbytes(4_000), fault="not_text")
