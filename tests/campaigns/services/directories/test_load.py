"""Files of people into a directory: every format, twice, broken off, and with faults."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from campaigns.models import Company, Directory, DirectoryLoad, Person, Technology
from campaigns.rules.directory.rows import Defaults
from campaigns.services import directories
from campaigns.services.directories import OtherLoad
from rocketsdr.lib import progress
from rocketsdr.lib.errors import Invalid, NotFound

AT = datetime(2026, 11, 26, 9, tzinfo=UTC)
PEOPLE = [
    {"email": "ada@engine.example", "name": "Ada Lovelace", "title": "VP Sales", "company": "Engine", "domain": "engine.example"},
    {"email": "grace@navy.example", "name": "Grace Hopper", "title": "Head of Data", "company": "Navy", "domain": "navy.example"},
    {"email": "linus@kernel.example", "name": "Linus Torvalds", "title": "Founder", "company": "Kernel", "domain": "kernel.example"},
]
for person in PEOPLE:
    person |= {"city": "Berlin", "country": "Germany", "employees": "51-200", "industry": "Software", "tech stack": "AWS; Jira"}


def as_csv(path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, PEOPLE[0])
        writer.writeheader()
        writer.writerows(PEOPLE)
    return path


def as_tabs_in_utf_16(path: Path) -> Path:
    lines = ["\t".join(row) for row in ([*PEOPLE[0]], *(each.values() for each in PEOPLE))]
    path.write_bytes("\r\n".join(lines).encode("utf-16"))
    return path


def as_json_lines(path: Path) -> Path:
    listed = [each | {"tech stack": ["AWS", "Jira"]} for each in PEOPLE]
    path.write_text("\n\n".join(json.dumps(each) for each in listed), encoding="utf-8")
    return path


def as_packed_json(path: Path) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join(json.dumps(each) for each in PEOPLE))
    return path


def as_parquet(path: Path) -> Path:
    parquet.write_table(pa.Table.from_pylist([each | {"tech stack": ["AWS", "Jira"]} for each in PEOPLE]), path)
    return path


KINDS: dict[str, Callable[[Path], Path]] = {
    "people.csv": as_csv,
    "people.tsv": as_tabs_in_utf_16,
    "people.jsonl": as_json_lines,
    "people.ndjson.gz": as_packed_json,
    "people.parquet": as_parquet,
}


@pytest.fixture
def directory(db: None) -> Directory:
    return directories.get_or_open(name="Ours", workspace_id=None, now=AT)


def load(path: Path, directory: Directory) -> DirectoryLoad:
    return directories.load(path=path, directory=directory, defaults=Defaults("A list", "contract"), now=AT)


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_file_gives_the_same_people(directory, tmp_path, name):
    done = load(KINDS[name](tmp_path / name), directory)
    assert (done.added, done.updated, done.unchanged, done.refused, done.rows_done) == (3, 0, 0, 0, 3)
    assert done.finished_at is not None
    ada = Person.objects.select_related("company").get(email="ada@engine.example")
    assert (ada.full_name, ada.country, ada.city, ada.seniority, ada.function, ada.size_band) == ("Ada Lovelace", 276, 2950159, 5, 7, 4)
    assert (ada.source, ada.lawful_basis) == ("A list", "contract")
    assert sorted(Technology.objects.filter(id__in=ada.technologies).values_list("name", flat=True)) == ["AWS", "Jira"]
    assert ada.company is not None
    assert (ada.company.name, ada.company.domain) == ("Engine", "engine.example")


def test_the_same_file_twice_changes_nothing(directory, tmp_path):
    path = as_csv(tmp_path / "people.csv")
    load(path, directory)
    before = list(Person.objects.order_by("id").values("id", "updated_at", "shuffle"))
    again = load(path, directory)
    assert (again.added, again.updated, again.unchanged) == (0, 0, 3)
    assert list(Person.objects.order_by("id").values("id", "updated_at", "shuffle")) == before


def test_a_newer_file_brings_people_up_to_date_and_keeps_their_place_in_samples(directory, tmp_path):
    load(as_csv(tmp_path / "people.csv"), directory)
    before = Person.objects.get(email="ada@engine.example")
    newer = tmp_path / "newer.csv"
    newer.write_text("email,name,title,company,domain\nada@engine.example,Ada Lovelace,CEO,Engine,engine.example\n", encoding="utf-8")
    done = load(newer, directory)
    assert (done.added, done.updated) == (0, 1)
    after = Person.objects.get(email="ada@engine.example")
    assert (after.id, after.shuffle, after.seniority, after.title) == (before.id, before.shuffle, 3, "CEO")
    assert Company.objects.filter(key="engine.example").count() == 1


def test_a_load_that_was_broken_off_goes_on_behind_the_last_row_that_is_stored(directory, tmp_path, monkeypatch):
    monkeypatch.setattr(directories, "BATCH", 1)
    path = as_csv(tmp_path / "people.csv")

    def stop(done: int, total: int | None, message: str) -> None:
        if message.startswith("2 "):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), progress.to(stop):
        load(path, directory)
    assert DirectoryLoad.objects.get().rows_done == 2
    assert DirectoryLoad.objects.get().finished_at is None
    done = load(path, directory)
    assert (done.rows_done, done.added, done.unchanged) == (3, 3, 0)


def test_two_processes_do_not_load_one_file_at_once(directory, tmp_path, monkeypatch):
    path = as_csv(tmp_path / "people.csv")
    monkeypatch.setattr(directories, "BATCH", 1)

    def meanwhile(done: int, total: int | None, message: str) -> None:
        DirectoryLoad.objects.update(rows_done=9, added=9)

    with pytest.raises(OtherLoad), progress.to(meanwhile):
        load(path, directory)


def test_how_far_a_load_is_is_told_in_bytes(directory, tmp_path, monkeypatch):
    monkeypatch.setattr(directories, "BATCH", 1)
    told: list[tuple[int, int | None, str]] = []
    path = as_csv(tmp_path / "people.csv")
    with progress.to(lambda *said: told.append(said)):
        load(path, directory)
    assert told[-1] == (path.stat().st_size, path.stat().st_size, "3 rows are stored.")


def test_rows_that_name_nobody_and_words_that_nobody_knows_are_reported(directory, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("email,title,industry\nada@engine.example,Wizard,Alchemy\n,Founder,Software\n", encoding="utf-8")
    done = load(path, directory)
    assert (done.added, done.refused) == (1, 1)
    assert done.unknown["industry"] == {"Alchemy": 1}
    assert done.unknown["title (seniority)"] == {"Wizard": 1}
    assert done.unknown["row"] == {"names nobody: neither id, address, profile nor name and company": 1}


def test_a_line_that_is_no_object_is_refused_and_the_others_are_loaded(directory, tmp_path):
    path = tmp_path / "people.jsonl"
    path.write_text('{"email": "ada@engine.example"}\n[1, 2]\nnonsense\n{"email": null}\n{"email": {"a": 1}}\n', encoding="utf-8")
    done = load(path, directory)
    assert (done.added, done.refused, done.rows_done) == (1, 4, 5)


def test_of_two_rows_for_one_person_the_last_counts(directory, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("email,title\nada@engine.example,Analyst\nADA@engine.example,CEO\n", encoding="utf-8")
    done = load(path, directory)
    assert (done.added, done.unchanged) == (1, 1)
    assert Person.objects.get().title == "CEO"


def test_ragged_rows_nul_bytes_and_blank_lines_stop_nothing(directory, tmp_path):
    path = tmp_path / "people.csv"
    path.write_bytes(b"email,name,title\nada@engine.example\n\n\ngrace@navy.example,Grace\x00 Hopper,CEO,more,cells\n")
    assert load(path, directory).added == 2
    assert Person.objects.get(email="grace@navy.example").full_name == "Grace Hopper"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("people.xlsx", b"PK", "is of no kind that can be loaded"),
        ("people.csv", b"shoe size,colour\n42,red\n", "No column of people.csv is known; its first line has shoe size, colour"),
        ("people.csv", b"", "its first line has nothing"),
        ("people.csv", "email,name\nada@engine.example,Zoé\n".encode("latin-1"), "is not in UTF-8"),
        ("people.parquet", b"nothing", "is no Parquet file"),
    ],
)
def test_a_file_that_cannot_be_loaded_is_refused_in_a_sentence(directory, tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Invalid, match=message):
        load(path, directory)
    assert not Person.objects.exists()


def test_a_file_that_is_not_there_and_a_basis_that_is_none_are_refused(directory, tmp_path):
    with pytest.raises(Invalid, match="There is no file"):
        load(tmp_path / "none.csv", directory)
    with pytest.raises(Invalid, match="Unknown lawful basis 'luck'"):
        directories.load(path=as_csv(tmp_path / "people.csv"), directory=directory, defaults=Defaults("", "luck"), now=AT)


def test_a_directory_of_a_workspace_that_is_none_is_not_opened(db):
    with pytest.raises(NotFound, match="No such workspace"):
        directories.get_or_open(name="Ours", workspace_id=123, now=AT)
    with pytest.raises(Invalid, match="needs a name"):
        directories.get_or_open(name="  ", workspace_id=None, now=AT)


def test_the_same_person_may_be_in_two_directories(directory, tmp_path, workspace):
    path = as_csv(tmp_path / "people.csv")
    load(path, directory)
    load(path, directories.get_or_open(name="Ours", workspace_id=workspace.id, now=AT))
    assert Person.objects.filter(email="ada@engine.example").count() == 2


def test_people_who_are_made_up_twice_are_there_once(directory):
    assert directories.make_up(directory=directory, number=50, seed="a", now=AT) == (50, 0)
    assert directories.make_up(directory=directory, number=50, seed="a", now=AT) == (0, 0)
