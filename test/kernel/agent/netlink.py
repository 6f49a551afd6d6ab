"""Netlink messages and attributes, as far as the netfilter subsystems need them."""

import socket
import struct

NETLINK_NETFILTER = 12
SOL_NETLINK = 270
SO_RCVBUFFORCE = 33
NLM_F_REQUEST, NLM_F_ACK, NLM_F_EXCL, NLM_F_CREATE, NLM_F_APPEND = 1, 4, 0x200, 0x400, 0x800
NLMSG_ERROR = 2
NESTED = 0x8000


def attribute(kind, payload):
    return struct.pack('=HH', 4 + len(payload), kind) + payload + bytes(-len(payload) % 4)


def nested(kind, *attributes):
    return attribute(kind | NESTED, b''.join(attributes))


def text(kind, value):
    return attribute(kind, value.encode() + b'\0')


def attributes(data):
    """The attributes of a message as {type: payload}; none that is read here occurs twice."""
    found = {}
    position = 0
    while position + 4 <= len(data):
        length, kind = struct.unpack_from('=HH', data, position)
        if length < 4:
            break
        found[kind & 0x3fff] = data[position + 4:position + length]
        position += (length + 3) & ~3
    return found


def open_netfilter():
    """A netlink socket of this namespace; its buffer holds the messages of one packet with room to spare."""
    netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    netlink.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
    netlink.bind((0, 0))
    netlink.setblocking(False)
    return netlink


def message(kind, flags, family, resource, payload):
    header = struct.pack('=IHHII', 20 + len(payload), kind, NLM_F_REQUEST | flags, 1, 0)
    return header + struct.pack('=BBH', family, 0, socket.htons(resource)) + payload


def acknowledged(netlink, data):
    """Sends messages of which exactly one asks for an acknowledgement; raises what that says."""
    netlink.setblocking(True)
    try:
        netlink.send(data)
        while True:
            for kind, _, body in split(netlink.recv(1 << 17)):
                if kind == NLMSG_ERROR:
                    number = -struct.unpack_from('=i', body)[0]
                    if number:
                        raise OSError(number, 'netlink request refused')
                    return
    finally:
        netlink.setblocking(False)


def split(data):
    """The messages of one datagram: (type, family, body behind the nfgenmsg); of an error, the whole body."""
    position = 0
    while position + 16 <= len(data):
        length, kind = struct.unpack_from('=IH', data, position)
        start = position + 16 if kind == NLMSG_ERROR else position + 20
        yield kind, data[position + 16], data[start:position + length]
        position += (length + 3) & ~3


def receive(netlink):
    """Every message that is waiting."""
    while True:
        try:
            data = netlink.recv(1 << 17)
        except BlockingIOError:
            return
        yield from split(data)
