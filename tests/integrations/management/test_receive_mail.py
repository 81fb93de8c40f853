from __future__ import annotations

import socket

import pytest
from django.core.management import CommandError, call_command


def test_outside_the_embedded_mode_there_is_no_mailbox(settings):
    settings.MAILBOX_DIR = None
    with pytest.raises(CommandError, match="belongs to the embedded mode"):
        call_command("receive_mail")


def test_a_port_that_is_taken_is_named_with_the_way_out(settings, tmp_path):
    settings.MAILBOX_DIR = tmp_path
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"port {port}.*ROCKETSDR_MAILBOX_PORT"):
            call_command("receive_mail", port=port)
