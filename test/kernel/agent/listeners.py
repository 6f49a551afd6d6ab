"""Stand-ins for the programs of a pod and its peer: listeners of chosen owners, and single connections to see which one answers."""

import errno
import select
import socket
import struct
import time

import namespaces

IP_TRANSPARENT, IPV6_TRANSPARENT = 19, 75
IP_FREEBIND, IPV6_FREEBIND = 15, 78
IP_PKTINFO, IPV6_RECVPKTINFO, IPV6_PKTINFO = 8, 49, 50
SO_ORIGINAL_DST, SO_MARK = 80, 36
KINDS = {'tcp': socket.SOCK_STREAM, 'udp': socket.SOCK_DGRAM}
FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}


class Listener:
    def __init__(self, spec, family):
        self.spec, self.family = spec, family
        self.tcp = spec['protocol'] == 'tcp'
        kind = FAMILIES[family], KINDS[spec['protocol']]
        self.socket = namespaces.open_socket(spec['uid'], spec['gid'], *kind)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == 6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if spec['transparent']:
            self.set_ip_option(IP_TRANSPARENT, IPV6_TRANSPARENT)
        if not self.tcp:
            self.set_ip_option(IP_PKTINFO, IPV6_RECVPKTINFO)
            # IPv6 answers from an address that is local by route only if the socket is free to
            self.set_ip_option(IP_FREEBIND, IPV6_FREEBIND)
        self.socket.bind((spec['address'] or ('0.0.0.0' if family == 4 else '::'), spec['port']))
        if self.tcp:
            self.socket.listen(64)

    def set_ip_option(self, v4, v6):
        level, option = (socket.IPPROTO_IP, v4) if self.family == 4 else (socket.IPPROTO_IPV6, v6)
        self.socket.setsockopt(level, option, 1)

    def answer(self):
        """Accepts a connection, or returns a datagram from the address it was sent to: (peer port, what was seen)."""
        return self.accept() if self.tcp else self.echo()

    def accept(self):
        with namespaces.owner(self.spec['uid'], self.spec['gid']):
            accepted, peer = self.socket.accept()
        reached = accepted.getsockname()
        seen = self.seen(peer, reached[0], reached[1], original_destination(accepted, self.family))
        # the client resets the connection, so that no TIME-WAIT stays
        accepted.close()
        return peer[1], seen

    def echo(self):
        data, extra, _, peer = self.socket.recvmsg(2048, 256)
        level, kind, info = next(entry for entry in extra if entry[1] in (IP_PKTINFO, IPV6_PKTINFO))
        if self.family == 4:
            reached, back = info[8:12], struct.pack('=I4s4x', 0, info[8:12])
        else:
            reached, back = info[:16], info[:16] + struct.pack('=I', 0)
        self.socket.sendmsg([data], [(level, kind, back)], 0, peer)
        address = socket.inet_ntop(FAMILIES[self.family], reached)
        return peer[1], self.seen(peer, address, self.spec['port'], None)

    def seen(self, peer, address, port, original):
        return {
            'landed': self.spec['name'],
            'localAddress': address,
            'port': port,
            'remoteAddress': peer[0],
            'remotePort': peer[1],
            'originalDestination': original,
        }


def original_destination(accepted, family):
    """What SO_ORIGINAL_DST says: the destination before REDIRECT or DNAT. None without a tracked connection."""
    level = socket.IPPROTO_IP if family == 4 else socket.IPPROTO_IPV6
    try:
        data = accepted.getsockopt(level, SO_ORIGINAL_DST, 28)
    except OSError:
        return None
    port = struct.unpack_from('>H', data, 2)[0]
    address = data[4:8] if family == 4 else data[8:24]
    return {'address': socket.inet_ntop(FAMILIES[family], address), 'port': port}


class StandIns:
    def __init__(self, peer):
        self.peer = peer
        self.listeners = {}

    def listen(self, spec):
        """Opens the listener for each family asked for; one that has the place already gives way."""
        for family in spec['families']:
            place = spec['namespace'], spec['protocol'], spec['port'], family, spec['address']
            if place in self.listeners:
                self.listeners.pop(place).socket.close()
            self.listeners[place] = self.within(spec['namespace'], lambda: Listener(spec, family))

    def within(self, namespace, action):
        if namespace == 'pod':
            return action()
        with namespaces.inside(self.peer):
            return action()

    def connect(self, spec):
        """Opens one connection (or sends one datagram) and waits for the listener that gets it and for the answer."""
        if spec['from'] == 'pod':
            self.accept_at_peer(spec)
        client = self.within(spec['from'], lambda: open_client(spec))
        try:
            return self.follow(client, spec)
        finally:
            client.close()

    def accept_at_peer(self, spec):
        place = 'peer', spec['protocol'], spec['port'], spec['family'], None
        if place not in self.listeners:
            listener = {'name': 'peer', 'namespace': 'peer', 'address': None, 'transparent': False, 'uid': 0, 'gid': 0}
            self.listen(dict(listener, protocol=spec['protocol'], port=spec['port'], families=[spec['family']]))

    def follow(self, client, spec):
        result = {'landed': 'timeout', 'answered': False}
        failed = start(client, spec)
        by_socket = {listener.socket: listener for listener in self.listeners.values()}
        deadline = time.monotonic() + spec['timeout']
        pending = [client]
        while failed is None and not (result['answered'] and result['landed'] != 'timeout'):
            left = deadline - time.monotonic()
            if left <= 0:
                break
            waiting = pending if spec['protocol'] == 'tcp' else []
            readable, writable, _ = select.select([*by_socket, *pending], waiting, [], left)
            for socket_ready in readable:
                if socket_ready is not client:
                    self.note(by_socket[socket_ready], client, result)
            if client in readable or client in writable:
                failed = finish(client, spec)
                result['answered'] = failed is None
                pending = []
        if failed is not None:
            result['landed'] = 'refused' if failed == errno.ECONNREFUSED else 'failed'
            result['error'] = errno.errorcode.get(failed, str(failed))
        return result

    def note(self, listener, client, result):
        try:
            port, seen = listener.answer()
        except BlockingIOError:
            return
        # a late guest of an earlier call is answered and forgotten
        if port == client.getsockname()[1]:
            result.update(seen)


def open_client(spec):
    client = namespaces.open_socket(spec['uid'], spec['gid'], FAMILIES[spec['family']], KINDS[spec['protocol']])
    client.setblocking(False)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('=ii', 1, 0))
    if spec['mark']:
        client.setsockopt(socket.SOL_SOCKET, SO_MARK, spec['mark'])
    if spec['source'] or spec['sourcePort']:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.bind((spec['source'] or ('0.0.0.0' if spec['family'] == 4 else '::'), spec['sourcePort']))
    return client


def start(client, spec):
    try:
        error = client.connect_ex((spec['address'], spec['port']))
        if error not in (0, errno.EINPROGRESS):
            return error
        if spec['protocol'] == 'udp':
            client.send(b'test')
    except OSError as failure:
        return failure.errno
    return None


def finish(client, spec):
    """None when the connection stands, or the datagram came back; else the error number."""
    if spec['protocol'] == 'tcp':
        return client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) or None
    try:
        client.recv(2048)
    except OSError as failure:
        return failure.errno
    return None
