"""A name server on this machine that answers by a table, for the resolver that the product really uses."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Thread

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset

Zone = Mapping[tuple[str, str], list[str] | dns.rcode.Rcode | None]  # a rcode is the answer without records, None is silence


@contextmanager
def name_server(zone: Zone) -> Iterator[dns.resolver.Resolver]:
    """Serve these records; what the zone does not name does not exist. Give a resolver that asks this server alone."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        thread = Thread(target=_serve, args=(listening, zone), daemon=True)
        thread.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], listening.getsockname()[1]
        yield resolver
        listening.sendto(b"", listening.getsockname())  # wakes it up to end
        thread.join()


def _serve(listening: socket.socket, zone: Zone) -> None:
    while True:
        query, client = listening.recvfrom(4096)
        if not query:
            return
        reply = _reply(dns.message.from_wire(query), zone)
        if reply is not None:
            with suppress(OSError):  # whoever asked has left
                listening.sendto(reply, client)


def _reply(query: dns.message.Message, zone: Zone) -> bytes | None:
    question = query.question[0]
    name, kind = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
    response = dns.message.make_response(query)
    response.flags |= dns.flags.RA
    found = zone.get((name, kind), [] if any(known == name for known, _ in zone) else dns.rcode.NXDOMAIN)
    if found is None:
        return None
    if isinstance(found, dns.rcode.Rcode):
        response.set_rcode(found)
    elif found:
        response.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, found))
    return response.to_wire()
