from __future__ import annotations

import pytest

from tests.browser import chromium


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(chromium.SETTING, raising=False)


def test_without_chromium_it_is_said_how_to_get_it():
    with pytest.raises(SystemExit, match="apt-get install chromium"):
        chromium.program()


def test_the_browser_is_found_on_the_path_or_by_the_setting(monkeypatch, tmp_path):
    for name in ("chromium", "mine"):
        (tmp_path / name).touch(mode=0o755)
    assert chromium.program() == tmp_path / "chromium"
    monkeypatch.setenv(chromium.SETTING, str(tmp_path / "mine"))
    assert chromium.program() == tmp_path / "mine"
    monkeypatch.setenv(chromium.SETTING, str(tmp_path / "gone"))
    with pytest.raises(SystemExit, match="is no program"):
        chromium.program()
