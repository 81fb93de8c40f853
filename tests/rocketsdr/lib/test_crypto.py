import hashlib
import hmac

import pytest
from cryptography.fernet import Fernet
from django.db import connection

from integrations.models import MailAccount
from rocketsdr.lib import crypto
from tests import factories

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.mark.parametrize("text", ["open sesame", "", "ÄÖ 漢字 🎉", "x" * 5000])
def test_what_was_encrypted_can_be_read_again(text):
    token = crypto.encrypt(text)
    assert crypto.decrypt(token) == text
    assert not text or text not in token


def test_encrypting_twice_gives_two_texts():
    assert crypto.encrypt("open sesame") != crypto.encrypt("open sesame")


def test_a_secret_outlives_the_rotation_of_its_key_until_the_old_one_leaves(settings):
    settings.FERNET_KEYS = [OLD]
    token = crypto.encrypt("open sesame")
    settings.FERNET_KEYS = [NEW, OLD]
    assert crypto.decrypt(token) == "open sesame"
    assert Fernet(NEW).decrypt(crypto.encrypt("open sesame").encode()) == b"open sesame"
    settings.FERNET_KEYS = [NEW]
    with pytest.raises(crypto.Undecryptable, match="FERNET_KEYS"):
        crypto.decrypt(token)


@pytest.mark.parametrize("token", ["", "x", "gAAAAA", "é"])
def test_what_is_no_token_cannot_be_read(token):
    with pytest.raises(crypto.Undecryptable):
        crypto.decrypt(token)


@pytest.mark.parametrize("behind", ["x", "=", "-TAMPERED", "\n", " "])
def test_a_token_with_something_behind_it_is_none(behind):
    with pytest.raises(crypto.Undecryptable):
        crypto.decrypt(crypto.encrypt("secret") + behind)


def test_a_digest_is_the_standard_one_under_the_newest_pepper(settings):
    settings.API_KEY_PEPPERS = ["new", "old"]
    assert crypto.digest("key") == hmac.new(b"new", b"key", hashlib.sha256).hexdigest()
    assert crypto.digest("key", pepper="old") == hmac.new(b"old", b"key", hashlib.sha256).hexdigest()


def test_a_digest_matches_its_text_under_any_pepper_and_no_other_text(settings):
    settings.API_KEY_PEPPERS = ["old"]
    stored = crypto.digest("key")
    settings.API_KEY_PEPPERS = ["new", "old"]
    assert crypto.matches("key", stored)
    assert not crypto.matches("Key", stored)
    assert not crypto.matches("key", "")
    settings.API_KEY_PEPPERS = ["new"]
    assert not crypto.matches("key", stored)


def test_random_tokens_are_long_and_go_into_a_url_as_they_are():
    tokens = {crypto.random_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(token.isalnum() and token == token.lower() and len(token) == 39 for token in tokens)
    assert len(crypto.random_token(5)) == 8


def _stored(account: MailAccount) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT password FROM integrations_mailaccount WHERE id = %s", [account.pk])
        (text,) = cursor.fetchone()
    return str(text)


def test_a_password_stands_encrypted_and_reads_as_itself(db):
    account = factories.MailAccountFactory.create(smtp=True, password="open sesame")
    assert "sesame" not in _stored(account)
    assert MailAccount.objects.get(id=account.id).password == "open sesame"


def test_every_way_to_store_a_password_encrypts_it_once(db):
    account = factories.MailAccountFactory.create(smtp=True, password="first")
    MailAccount.objects.filter(id=account.id).update(password="second")
    assert crypto.decrypt(_stored(account)) == "second"
    account.password = "third"
    MailAccount.objects.bulk_update([account], ["password"])
    assert crypto.decrypt(_stored(account)) == "third"
    account.refresh_from_db()
    account.save()
    assert crypto.decrypt(_stored(account)) == MailAccount.objects.get(id=account.id).password == "third"


def test_no_password_is_stored_as_none(db):
    account = factories.MailAccountFactory.create(password="")
    assert _stored(account) == ""
    assert MailAccount.objects.get(id=account.id).password == ""
