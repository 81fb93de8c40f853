"""STORAGE_URL: a folder, a bucket of S3, a bucket of GCS; what is wrong with it stops the start with one sentence."""

from __future__ import annotations

import pytest

from rocketsdr import env, storages
from rocketsdr.env import BadSetting


def storage_of(text: str):
    return storages.storage_of(env.parsed(text, schemes=storages.SCHEMES, name="STORAGE_URL"))


@pytest.fixture(autouse=True)
def _no_region(monkeypatch):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)


def test_a_folder_is_for_its_owner_alone():
    modes = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
    expected = {"BACKEND": "integrations.storage.disk.DiskStorage", "OPTIONS": {"location": "/srv/files", **modes}}
    assert storage_of("file:///srv/files") == expected


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (
            "s3://leads/a/b/?region=eu-central-1",
            {"location": "a/b", "region_name": "eu-central-1", "endpoint_url": None, "addressing": "virtual"},
        ),
        (
            "s3://KEY:sec%2Fret@leads?endpoint=http%3A%2F%2Fminio%3A9000",
            {
                "location": "",
                "region_name": "us-east-1",
                "endpoint_url": "http://minio:9000",
                "addressing": "path",
                "access_key": "KEY",
                "secret_key": "sec/ret",
                "security_token": None,
            },
        ),
        (
            "s3://leads?endpoint=https://s3.example.com&addressing=virtual&region=auto",
            {"location": "", "region_name": "auto", "endpoint_url": "https://s3.example.com", "addressing": "virtual"},
        ),
    ],
)
def test_a_bucket_of_s3_with_its_region_or_its_server(text, options):
    assert storage_of(text) == {"BACKEND": "integrations.storage.s3.S3Bucket", "OPTIONS": {"bucket_name": "leads", **options}}


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_region_may_stand_where_amazon_s_tools_look_for_it(monkeypatch, name):
    monkeypatch.setenv(name, "eu-west-3")
    assert storage_of("s3://leads")["OPTIONS"]["region_name"] == "eu-west-3"


def test_a_bucket_of_gcs():
    expected = {"bucket_name": "leads", "location": "a", "endpoint": ""}
    assert storage_of("gs://leads/a") == {"BACKEND": "integrations.storage.gcs.GcsBucket", "OPTIONS": expected}
    assert storage_of("gs://leads?endpoint=https://private.example.com")["OPTIONS"]["endpoint"] == "https://private.example.com"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("s3://leads", "STORAGE_URL names no region: add the bucket's, as in s3://bucket/prefix?region=eu-central-1."),
        ("s3:///leads?region=x", "STORAGE_URL names no bucket: write s3://bucket/prefix."),
        ("gs:///leads", "STORAGE_URL names no bucket: write gs://bucket/prefix."),
        (
            "s3://KEY@leads?region=x",
            "STORAGE_URL has half of a key: write s3://KEY:SECRET@bucket, with the signs in the secret as %XX, or neither.",
        ),
        (
            "gs://KEY:SECRET@leads",
            "STORAGE_URL has a user: name the service account's key file in GOOGLE_APPLICATION_CREDENTIALS instead.",
        ),
        ("s3://leads?region=x&acl=public", "STORAGE_URL has the option 'acl': s3:// knows region, endpoint, addressing."),
        ("gs://leads?region=x", "STORAGE_URL has the option 'region': gs:// knows endpoint."),
        (
            "s3://leads?endpoint=minio:9000",
            "STORAGE_URL has an endpoint that is no address: write endpoint=https://storage.example.com.",
        ),
        ("s3://leads?region=x&addressing=both", "STORAGE_URL has addressing=both: set it to path or virtual."),
        ("ftp://leads", "STORAGE_URL starts with 'ftp': start it with file:// or s3:// or gs://."),
    ],
)
def test_a_wrong_url_stops_the_start_with_one_sentence(text, sentence):
    with pytest.raises(BadSetting) as stopped:
        storage_of(text)
    assert str(stopped.value) == sentence


@pytest.mark.parametrize(("text", "extra"), [("s3://leads?region=x", "s3"), ("gs://leads", "gcs")])
def test_a_library_that_is_not_installed_is_named_with_its_lock_file(monkeypatch, text, extra):
    monkeypatch.setattr(storages, "find_spec", lambda _: None)
    with pytest.raises(BadSetting, match=rf"install requirements-{extra}\.lock\.$"):
        storage_of(text)
