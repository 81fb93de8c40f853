"""Where a host name leads, and whether the product may go there."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from rocketsdr.lib.errors import ProviderFailed

_NAT64 = IPv6Network("64:ff9b::/96")
_PROTOCOLS = IPv4Network("192.0.0.0/24")  # Python calls parts of it global


class HostNotFound(ProviderFailed):
    """The name leads nowhere now."""

    code = "host_not_found"


class PrivateAddress(ProviderFailed):
    """The name leads into a private network, to this machine, or to no single machine at all."""

    code = "private_address"


def resolve(host: str, port: int, *, allow_private: bool = False) -> list[str]:
    """Return the addresses behind a name; connect to one of these and to no second answer of the name.

    Private, loopback, link-local, shared (CGNAT), multicast and reserved addresses are left out, unless `allow_private`.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise HostNotFound(f"The host {host[:253]!r} was not found.", transient=True, fix="Check the name.") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    allowed = [address for address in addresses if allow_private or is_public(address)]
    if not allowed:
        message = f"The host {host[:253]!r} leads to a private or reserved address."
        raise PrivateAddress(message, fix="Use a host on the public internet.")
    return allowed


def is_public(address: str) -> bool:
    """Return whether an IP address belongs to one machine on the public internet, also behind an IPv4 address inside IPv6."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and (inner := _inner(ip)) is not None:
        return is_public(str(inner))
    if isinstance(ip, IPv6Address) and ip.is_site_local:  # Python calls fec0::/10 global
        return False
    if ip in _PROTOCOLS:
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


def _inner(ip: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address stands for."""
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
