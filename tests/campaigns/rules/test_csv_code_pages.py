# ruff: noqa: RUF001 - alphabets of many scripts are the point of this file

from __future__ import annotations

import pytest

from campaigns.rules.csv_rows import read
from campaigns.rules.csv_rows.code_pages import code_page_of

POLISH = "Łukasz Wiśniewski, Małgorzata Dąbrowska, Źródło, Gdańsk"
CZECH = "Jiří Dvořák, Zdeňka Růžičková, Plzeň"
HUNGARIAN = "Gergő Szűcs, Erzsébet Kővári, Győr, később"
TURKISH = "Gülşah Yıldırım, Çağrı Öztürk, Muğla, Güneş"
RUSSIAN = "Юрий Щербаков, Анна Кузнецова, Тверь"
UKRAINIAN = "Ганна Їжакевич, Київ, керівниця"
GREEK = "Γιώργος Παπαδόπουλος, Ελένη Αγγελοπούλου, Αθήνα"


@pytest.mark.parametrize(
    ("text", "page"),
    [
        *((text, "cp1250") for text in (POLISH, CZECH, HUNGARIAN, f"{POLISH} Größe Müller")),
        *((text, "iso8859-2") for text in (POLISH, CZECH.replace("Zdeňka", "Aleš"))),
        (TURKISH, "cp1254"),
        (RUSSIAN, "cp1251"),
        (UKRAINIAN, "cp1251"),
        (GREEK, "cp1253"),
        (GREEK.upper(), "cp1253"),
    ],
)
def test_a_page_is_told_from_the_alphabets_of_its_languages(text: str, page: str) -> None:
    assert code_page_of(text.encode(page, "ignore")) == page


@pytest.mark.parametrize(
    "text",
    [
        "plain letters only",
        "Jörg Weiß, Käthe Großmann, Zürich",
        "François Lefèvre, Noël Châtelain, Œuvre, août, où, L'Haÿ",
        "¿Quién? José Muñoz, Íñigo Núñez, ¡Ánimo! 3ª, Nº",
        "João Gonçalves, Luís Simões, CAMÕES, operações, irmã",
        "Niccolò Barbà, Giosuè, più, perché, lunedì",
        "Søren Kjærgaard, Øystein Bjørnstad, Åsa Sjöström, Ærø",
        "Þórdís Guðmundsdóttir, Höfn, Útgerð, Ýmir",
        "Tõnu Õunapuu, Võru, Jõgeva, Põhja, Šarlotta",
        "ten m³, 20 km², 5 dm³, 7 Nm³, 5 £m, 3 µg, ±2°, ¼, ½ — “quoted” • 10 ‰ … ™ ©",
        "one odd word, in³side, among Müller and Weiß",
    ],
)
def test_what_western_languages_write_stays_windows_1252(text: str) -> None:
    assert code_page_of(text.encode("cp1252")) == "cp1252"


def test_words_of_utf_8_are_no_words_of_a_page() -> None:
    assert code_page_of(f"{POLISH} {CZECH} {RUSSIAN} {GREEK} Müller Zoë".encode() + b" M\xfcller") == "cp1252"


@pytest.mark.parametrize(("text", "page"), [(POLISH, "cp1250"), (RUSSIAN, "cp1251"), (GREEK, "cp1253"), (TURKISH, "cp1254")])
def test_a_file_in_such_a_page_is_read_with_its_letters(text: str, page: str) -> None:
    names = text.split(", ")
    lines = [f"p{number}@example.com;{name}" for number, name in enumerate(names)]
    table = read("\r\n".join(["email;name", *lines]).encode(page))
    assert table.encoding == page
    assert [row.full_name for row in table.rows] == names
