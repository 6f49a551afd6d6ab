"""Connections that exist before the packet does, put into the conntrack table by ctnetlink."""

import contextlib
import struct

import frames
import netlink

CTNETLINK, NEW, DELETE = 1, 0, 2
SEEN_REPLY, ASSURED, CONFIRMED = 2, 4, 8
TCP_ESTABLISHED = 3
GRE = 47


class Refused(Exception):
    """ctnetlink does not make connections of this protocol."""


def addresses(family, source, destination):
    first = 1 if family == 4 else 3
    return netlink.nested(
        1,
        netlink.attribute(first, frames.packed(family, source)),
        netlink.attribute(first + 1, frames.packed(family, destination)),
    )


def protocol(spec, reverse):
    """CTA_TUPLE_PROTO of one direction: ports, or id, type and code of an echo, or the number alone."""
    parts = [netlink.attribute(1, struct.pack('=B', spec['protocol']))]
    if spec['protocol'] in (frames.ICMP, frames.ICMPV6):
        request, answer = (8, 0) if spec['family'] == 4 else (128, 129)
        kinds = (4, 5, 6) if spec['family'] == 4 else (7, 8, 9)
        values = struct.pack('>H', spec['token']), bytes([answer if reverse else request]), b'\0'
        parts += [netlink.attribute(kind, value) for kind, value in zip(kinds, values)]
    elif 'sourcePort' in spec or spec['protocol'] == GRE:
        # the keys of GRE stand where others have ports; a packet without keys has none
        ports = spec.get('sourcePort', 0), spec.get('destinationPort', 0)
        source, destination = reversed(ports) if reverse else ports
        parts += [netlink.attribute(2, struct.pack('>H', source)), netlink.attribute(3, struct.pack('>H', destination))]
    return netlink.nested(2, *parts)


def tuples(spec):
    source, destination = spec['source'], spec['destination']
    return (
        netlink.nested(1, addresses(spec['family'], source, destination), protocol(spec, False)),
        netlink.nested(2, addresses(spec['family'], destination, source), protocol(spec, True)),
    )


def connection_of(spec):
    """The connection that makes the packet what its state says: its own, or the one an ICMP error speaks of."""
    if spec['state'] == 'ESTABLISHED':
        return spec
    udp = {'protocol': frames.UDP, 'sourcePort': spec['token'], 'destinationPort': 33434}
    return dict(spec, source=spec['destination'], destination=spec['source'], **udp)


def create(socket, spec, zone):
    parts = list(tuples(spec))
    parts.append(netlink.attribute(3, struct.pack('>I', SEEN_REPLY | ASSURED | CONFIRMED)))
    parts.append(netlink.attribute(7, struct.pack('>I', 60)))
    parts.append(netlink.attribute(8, struct.pack('>I', spec.get('connmark', 0))))
    parts.append(netlink.attribute(18, struct.pack('>H', zone)))
    if spec['protocol'] == frames.TCP:
        parts.append(netlink.nested(4, netlink.nested(1, netlink.attribute(1, bytes([TCP_ESTABLISHED])))))
    flags = netlink.NLM_F_CREATE | netlink.NLM_F_EXCL | netlink.NLM_F_ACK
    request(socket, NEW, flags, spec['family'], b''.join(parts))


def request(socket, kind, flags, family, payload):
    family = 2 if family == 4 else 10
    netlink.acknowledged(socket, netlink.message(CTNETLINK << 8 | kind, flags, family, 0, payload))


def delete(socket, spec, zone):
    in_zone = netlink.attribute(18, struct.pack('>H', zone))
    with contextlib.suppress(FileNotFoundError):
        request(socket, DELETE, netlink.NLM_F_ACK, spec['family'], tuples(spec)[0] + in_zone)


def forget_all(socket):
    """Empties the conntrack table: a packet that rules sent another way may have left its connection there."""
    netlink.acknowledged(socket, netlink.message(CTNETLINK << 8 | DELETE, netlink.NLM_F_ACK, 0, 0, b''))


@contextlib.contextmanager
def forgotten(socket, spec, zones):
    """No trace is left of the packet's own connection, which is confirmed on the way from OUTPUT to lo."""
    try:
        yield
    finally:
        for zone in zones:
            delete(socket, spec, zone)


@contextlib.contextmanager
def existing(socket, spec, zones):
    """The connection exists inside, once in each zone that the rules may look it up in; nothing of it is left after."""
    connection = connection_of(spec)
    with forgotten(socket, connection, zones):
        for zone in zones:
            try:
                create(socket, connection, zone)
            except OSError as error:
                raise Refused(f'the connection cannot be made: {error}') from error
        yield
