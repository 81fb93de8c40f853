from __future__ import annotations

import socket

import pytest

from rocketsdr.lib.addresses import HostNotFound, PrivateAddress, is_public, resolve


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_an_address_of_the_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.8",
        "198.18.0.1",
        "203.0.113.1",
        "224.0.1.1",
        "239.1.1.1",
        "240.0.0.1",
        "0.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "fd00::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::1",
        "2001:0:0:0:0:0:80ff:fffe",
    ],
)
def test_an_address_of_a_private_network_or_of_no_machine_is_not(address):
    assert not is_public(address)


def answer(monkeypatch, *addresses):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 25)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **named: found)


def test_a_name_that_also_leads_inside_is_followed_outside_only(monkeypatch):
    answer(monkeypatch, "10.0.0.1", "8.8.8.8", "8.8.8.8")
    assert resolve("mixed.example", 25) == ["8.8.8.8"]


def test_a_name_that_leads_inside_is_refused_unless_that_is_allowed(monkeypatch):
    answer(monkeypatch, "10.0.0.1")
    assert resolve("inside.example", 25, allow_private=True) == ["10.0.0.1"]
    with pytest.raises(PrivateAddress) as refused:
        resolve("inside.example", 25)
    assert not refused.value.transient
    assert "10.0.0.1" not in refused.value.message


@pytest.mark.parametrize("host", ["", "no host", "x" * 300, "a..b", "\x00"])
def test_a_name_that_leads_nowhere_is_not_found(monkeypatch, host):
    def fail(*args: object, **named: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(HostNotFound):
        resolve(host, 25)
