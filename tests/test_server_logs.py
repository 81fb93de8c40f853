from __future__ import annotations

import pytest

from tests import server_logs


@pytest.fixture
def home(tmp_path):
    (tmp_path / "log").mkdir()
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "secret_key").write_text("the-key-of-this-home")
    (tmp_path / "log" / "web.log").write_text("All is well.\n")
    return tmp_path


def test_logs_without_secrets_are_clean(home):
    assert server_logs.leaks(home, ["rsdr_live_key"]) == []
    assert server_logs.written(home) == len("All is well.\n")


def test_a_log_with_a_key_or_with_a_kept_secret_is_named_without_it(home):
    (home / "log" / "web.log").write_text("POST ?api_key=rsdr_live_key\n")
    (home / "log" / "worker.log.1").write_text("SECRET_KEY is the-key-of-this-home\n")
    assert server_logs.leaks(home, ["rsdr_live_key"]) == ["web.log holds a key that was used", "worker.log.1 holds secret_key"]
