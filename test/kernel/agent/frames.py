"""Packets as bytes. A TCP packet is the SYN of a new connection unless another state is asked for."""

import socket
import struct

TCP, UDP, ICMP, ICMPV6, SCTP, DCCP, UDPLITE = 6, 17, 1, 58, 132, 33, 136
SYN, ACK = 0x02, 0x10


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack('>%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def packed(family, address):
    return socket.inet_pton(socket.AF_INET if family == 4 else socket.AF_INET6, address)


def tcp(spec):
    # an ACK without a connection is INVALID, because the agent tells conntrack not to pick connections up midway
    flags = SYN if spec['state'] == 'NEW' else ACK
    return struct.pack('>HHIIBBHHH', spec['sourcePort'], spec['destinationPort'], 1, 0, 0x50, flags, 1024, 0, 0)


def udp(spec):
    # conntrack calls a datagram INVALID whose length field is shorter than its own header
    length = 4 if spec['state'] == 'INVALID' else 12
    return struct.pack('>HHHH4s', spec['sourcePort'], spec['destinationPort'], length, 0, b'test')


def icmp(spec):
    request, answer = (8, 0) if spec['family'] == 4 else (128, 129)
    if spec['state'] == 'RELATED':
        return struct.pack('>BBHI', 3 if spec['family'] == 4 else 1, 3 if spec['family'] == 4 else 4, 0, 0) + quoted(spec)
    # an answer that nobody asked for is INVALID
    return struct.pack('>BBHHH', answer if spec['state'] == 'INVALID' else request, 0, 0, spec['token'], 1)


def quoted(spec):
    """The datagram that an ICMP error complains about: sent by the error's destination to its source."""
    inner = dict(spec, source=spec['destination'], destination=spec['source'], protocol=UDP, state='NEW')
    return build(dict(inner, sourcePort=spec['token'], destinationPort=33434))


def sctp(spec):
    init = struct.pack('>BBHIIHHI', 1, 0, 20, 7, 65536, 1, 1, 1)
    header = struct.pack('>HHI', spec['sourcePort'], spec['destinationPort'], 0)
    return header + struct.pack('<I', crc32c(header + bytes(4) + init)) + init


def other(spec):
    if 'sourcePort' in spec:
        # dccp: a request packet; udplite: coverage 8, that is the header only
        rest = bytes.fromhex('05000000 04000000 0000000000000000') if spec['protocol'] == DCCP else bytes.fromhex('00080000')
        return struct.pack('>HH', spec['sourcePort'], spec['destinationPort']) + rest
    return bytes(16)


PAYLOADS = {TCP: tcp, UDP: udp, ICMP: icmp, ICMPV6: icmp, SCTP: sctp}
CHECKSUM_AT = {TCP: 16, UDP: 6, ICMP: 2, ICMPV6: 2, DCCP: 6, UDPLITE: 6}


def with_checksum(spec, source, destination, payload):
    at = CHECKSUM_AT.get(spec['protocol'])
    if at is None:
        return payload
    # conntrack checks udplite with the number of udp in the pseudo header (seen on 6.18), and judges by that
    number = UDP if spec['protocol'] == UDPLITE else spec['protocol']
    pseudo = source + destination + struct.pack('>II', len(payload), number)
    value = checksum((b'' if spec['protocol'] == ICMP else pseudo) + payload)
    return payload[:at] + struct.pack('>H', value or 0xffff) + payload[at + 2:]


def build(spec):
    """
    The packet of a request. `token` goes where no match of iptables or nft at hand looks: the identification of IPv4,
    the flow label of IPv6. The probe's chains know our packets by it.
    """
    source, destination = packed(spec['family'], spec['source']), packed(spec['family'], spec['destination'])
    payload = with_checksum(spec, source, destination, PAYLOADS.get(spec['protocol'], other)(spec))
    if spec['family'] == 6:
        return struct.pack('>IHBB', 6 << 28 | spec['token'], len(payload), spec['protocol'], 64) + source + destination + payload
    header = struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(payload), spec['token'], 0x4000, 64, spec['protocol'], 0)
    header += source + destination
    return header[:10] + struct.pack('>H', checksum(header)) + header[12:] + payload


def parse(packet):
    """Addresses, protocol and ports of a packet that a tap saw."""
    if packet[0] >> 4 == 4:
        family, start, protocol = socket.AF_INET, (packet[0] & 15) * 4, packet[9]
        source, destination = packet[12:16], packet[16:20]
    else:
        family, start, protocol = socket.AF_INET6, 40, packet[6]
        source, destination = packet[8:24], packet[24:40]
    seen = {
        'source': socket.inet_ntop(family, source),
        'destination': socket.inet_ntop(family, destination),
        'protocol': protocol,
    }
    if protocol in (TCP, UDP, SCTP, DCCP, UDPLITE) and len(packet) >= start + 4:
        seen['sourcePort'], seen['destinationPort'] = struct.unpack_from('>HH', packet, start)
    return seen
