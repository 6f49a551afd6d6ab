#!/usr/bin/env python3
"""A process of a pod: it listens, connects, or is the proxy. One JSON request a line in, one JSON answer a line out.

It runs as the user that setpriv made it, in the namespace that nsenter put it in, and ends with its standard input.
"""

import ctypes
import json
import resource
import select
import socket
import struct
import sys

IP_TRANSPARENT, IPV6_TRANSPARENT = 19, 75
SO_ORIGINAL_DST, SO_MARK = 80, 36
PR_SET_NAME, PR_SET_DUMPABLE = 15, 4

# Thousands of connections need as many descriptors.
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)

keep = []
watched = {}


def rename(name):
    """Any bytes but NUL, 15 of them."""
    ctypes.CDLL(None).prctl(PR_SET_NAME, name.encode() + b'\0', 0, 0, 0)


def family_of(address):
    return socket.AF_INET6 if ':' in address else socket.AF_INET


def open_tcp(family, transparent=False, mark=0, shared=False):
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if transparent:
        level, option = (socket.IPPROTO_IPV6, IPV6_TRANSPARENT) if family == socket.AF_INET6 else (socket.IPPROTO_IP, IP_TRANSPARENT)
        sock.setsockopt(level, option, 1)
    if mark:
        sock.setsockopt(socket.SOL_SOCKET, SO_MARK, mark)
    return sock


def listen(spec, on_accept):
    family = family_of(spec['address'])
    sock = open_tcp(family, spec.get('transparent', False), spec.get('listenerMark', 0), spec.get('shared', False))
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0 if spec.get('mapped') else 1)
    if spec.get('device'):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, spec['device'].encode())
    sock.bind((spec['address'], spec['port']))
    sock.listen(4096)
    if spec.get('busy'):
        keep.append(sock)
        return
    watched[sock.fileno()] = (sock, on_accept)
    poll.register(sock.fileno(), select.POLLIN)


def plain(address):
    """An IPv4-mapped address as the IPv4 it is."""
    return address[7:] if address.startswith('::ffff:') else address


def original_destination(sock):
    mapped = plain(sock.getpeername()[0])
    v6 = ':' in mapped
    data = sock.getsockopt(socket.IPPROTO_IPV6 if v6 else socket.IPPROTO_IP, SO_ORIGINAL_DST, 28)
    port = struct.unpack_from('>H', data, 2)[0]
    raw = data[8:24] if v6 else data[4:8]
    return socket.inet_ntop(socket.AF_INET6 if v6 else socket.AF_INET, raw), port


def connect(address, port, source=None, source_port=0, transparent=False, mark=0, family=None, shared=False):
    sock = open_tcp(family or family_of(address), transparent, mark, shared)
    if source or source_port:
        sock.bind((source or ('::' if ':' in address else '0.0.0.0'), source_port))
    sock.settimeout(2)
    sock.connect((address, port))
    sock.settimeout(None)
    keep.append(sock)
    return sock


def outbound(spec):
    """Takes a captured connection on to where it was going; no more than 20, or a loop would never end."""
    rounds = iter(range(spec.get('most', 20)))

    def accepted(sock):
        keep.append(sock)
        address, port = original_destination(sock)
        if port != spec['port'] and next(rounds, None) is not None:
            connect(address, port, mark=spec.get('mark', 0))
    return accepted


def inbound(spec):
    """Takes a captured connection on to the application, as 127.0.0.6, or as the client where the mode keeps it."""
    def accepted(sock):
        keep.append(sock)
        client = plain(sock.getpeername()[0])
        v6 = ':' in client
        if spec.get('keepsDestination'):
            address, port = plain(sock.getsockname()[0]), sock.getsockname()[1]
        else:
            address, port = original_destination(sock)
        if port == spec['port']:
            return
        spoofed = spec.get('keepsClient', False)
        source = client if spoofed else ('::6' if v6 else '127.0.0.6')
        connect(address, port, source=source, transparent=spoofed, mark=spec.get('mark', 0))
    return accepted


def do_connect(request):
    family = socket.AF_INET6 if request.get('mapped') else None
    address = ('::ffff:' + request['to']) if request.get('mapped') else request['to']
    ports = []
    for _ in range(request.get('count', 1)):
        sock = connect(address, request['port'], request.get('source'), request.get('sourcePort', 0), family=family,
                       shared=request.get('shared', False))
        if request.get('finish'):
            sock.shutdown(socket.SHUT_WR)
        ports.append(sock.getsockname()[1])
    return ports


def do_udp(request):
    sock = socket.socket(family_of(request['to']), socket.SOCK_DGRAM)
    sock.connect((request['to'], request['port']))
    keep.append(sock)
    return sock.getsockname()[1]


def hide(_):
    """Lets no process without rights look into /proc/PID/fd, as if this one were in another pid namespace."""
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


OPERATIONS = {
    'hide': hide,
    'rename': lambda request: rename(request['name']),
    'listen': lambda request: listen(request, keep.append),
    'outbound': lambda request: listen(request, outbound(request)),
    'inbound': lambda request: listen(request, inbound(request)),
    'connect': do_connect,
    'udp': do_udp,
}


def answer(line):
    request = json.loads(line)
    try:
        result = {'result': OPERATIONS[request['op']](request)}
    except OSError as error:
        result = {'error': str(error)}
    print(json.dumps(result), flush=True)


def accept(fileno):
    sock, on_accept = watched[fileno]
    accepted, _ = sock.accept()
    try:
        on_accept(accepted)
    except OSError as error:
        print(error, file=sys.stderr, flush=True)


poll = select.poll()
poll.register(0, select.POLLIN)
while True:
    for fileno, _ in poll.poll():
        if fileno != 0:
            accept(fileno)
            continue
        text = sys.stdin.buffer.raw.readline()
        if not text:
            sys.exit(0)
        answer(text)
