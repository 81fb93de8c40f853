from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.signing import Signer

from integrations import downloads
from integrations.storage import StorageFailed
from rocketsdr.accounts.models import AuditEvent
from tests.fakes import buckets

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True, params=["disk", "s3", "gcs"])
def place(request, settings, monkeypatch, tmp_path):
    """Every storage in turn; the bucket, or None for the disk."""
    if request.param == "disk":
        yield None
        return
    with buckets.in_use(request.param, settings=settings, monkeypatch=monkeypatch, folder=tmp_path) as bucket:
        yield bucket


@pytest.fixture
def key(workspace, now):
    made = downloads.keep(workspace_id=workspace.id, name="1-1.csv", file=BytesIO(b"email\r\n"), good_until=now + DAY)
    yield made
    default_storage.delete(made)


@pytest.fixture
def token(workspace, key, now):
    return downloads.link(workspace_id=workspace.id, key=key, name="leads.csv", good_until=now + DAY).rpartition("/")[2]


def test_the_holder_of_a_link_gets_the_file_and_it_is_noted(workspace, key, token, now):
    download = downloads.fetch(token=token, now=now)
    with download.file as file:
        assert (download.name, file.read()) == ("leads.csv", b"email\r\n")
    noted = AuditEvent.objects.get(action="export.downloaded")
    assert (noted.workspace_id, noted.credential, noted.facts) == (workspace.id, "download link", {"file": key, "size": 7})


def test_a_link_ends_to_the_second(token, now):
    downloads.fetch(token=token, now=now + DAY - timedelta(seconds=1)).file.close()
    with pytest.raises(downloads.NoSuchDownload):
        downloads.fetch(token=token, now=now + DAY)


def test_a_forged_a_changed_and_a_foreign_token_are_answered_alike(workspace, key, token, now):
    told = {"w": workspace.id, "k": key, "n": "leads.csv", "u": 4_000_000_000}
    forged = [
        "",
        "x",
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        "A" + token,
        Signer(salt="another").sign_object(told),
        Signer(salt=downloads.SALT, key="guess").sign_object(told),
    ]
    answers = set()
    for bad in forged:
        with pytest.raises(downloads.NoSuchDownload) as refused:
            downloads.fetch(token=bad, now=now)
        answers.add(refused.value.message)
    assert len(answers) == 1


def test_a_link_of_a_workspace_that_is_gone_opens_nothing(key, now):
    orphan = downloads.link(workspace_id=9_999_999, key=key, name="leads.csv", good_until=now + DAY).rpartition("/")[2]
    with pytest.raises(downloads.NoSuchDownload):
        downloads.fetch(token=orphan, now=now)


def test_a_key_that_left_the_list_opens_nothing_and_an_older_one_still_does(settings, token, now):
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", [old]
    downloads.fetch(token=token, now=now).file.close()
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(downloads.NoSuchDownload):
        downloads.fetch(token=token, now=now)


def test_a_purge_takes_what_is_over_and_may_run_three_times(key, token, now):
    assert downloads.purge(now=now + DAY) == 0
    assert default_storage.exists(key)
    assert [downloads.purge(now=now + DAY + timedelta(hours=2)) for _ in range(3)] == [1, 0, 0]
    assert not default_storage.exists(key)
    assert not default_storage.exists(key.rpartition("/")[0])
    with pytest.raises(downloads.NoSuchDownload):
        downloads.fetch(token=token, now=now)


def test_a_purge_of_a_storage_that_was_never_written_to_finds_nothing(settings, tmp_path, now):
    location = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path / "none")}}
    settings.STORAGES = {**settings.STORAGES, "default": location}
    assert downloads.purge(now=now) == 0


def test_a_long_file_comes_back_whole(workspace, now):
    content = b"email\r\n" + b"ada@example.com\r\n" * 200_000  # over what a bucket's file may take in memory
    key = downloads.keep(workspace_id=workspace.id, name="2-1.csv", file=BytesIO(content), good_until=now + DAY)
    token = downloads.link(workspace_id=workspace.id, key=key, name="leads.csv", good_until=now + DAY).rpartition("/")[2]
    with downloads.fetch(token=token, now=now).file as file:
        assert file.read() == content
    downloads.drop(key)
    with pytest.raises(downloads.NoSuchDownload):
        downloads.fetch(token=token, now=now)


def test_the_page_of_a_link_gives_the_file_of_every_storage(client, token, place, monkeypatch, now):
    monkeypatch.setattr("integrations.views.downloads.now", lambda: now)
    answer = client.get(f"/exports/{token}")
    assert (answer.status_code, answer["Content-Length"], b"".join(answer.streaming_content)) == (200, "7", b"email\r\n")


def test_a_bucket_that_is_down_is_told_before_a_byte_is_sent(client, token, place, monkeypatch, now):
    if place is None:
        return
    monkeypatch.setattr("integrations.views.downloads.now", lambda: now)
    place.down = True
    assert client.get(f"/exports/{token}").status_code == 503
    with pytest.raises(StorageFailed):
        downloads.fetch(token=token, now=now)
    place.down = False
