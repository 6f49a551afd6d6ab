"""Sends one packet past the probe's taps and says what they saw."""

import contextlib
import errno
import select
import socket
import struct
import subprocess
import time

import connections
import frames
import namespaces
import netlink
import orphan
import taps

# What the probe's chains do with a packet of ours, told by its identification or flow label.
STOP, THROUGH_LOOPBACK, WITHOUT_SOCKET = 0x6e61, 0x6e62, 0x6e63
POD_MAC, PEER_MAC, MARKING_MAC = bytes.fromhex('020000000005'), bytes.fromhex('020000000009'), b'\x06\0'
SO_MARK = 36


class Observer:
    def __init__(self, peer, table):
        self.peer = peer
        self.taps = taps.Taps()
        self.conntrack = netlink.open_netfilter()
        self.detour = orphan.Detour(table, 'detour')
        self.table = table
        self.connmark = 0
        self.wires, self.senders = {}, {}

    def close(self):
        """The next observer wants the same groups and the same queue."""
        connections.forget_all(self.conntrack)
        sockets = self.taps.socket, self.conntrack, self.detour.socket
        for one in (*sockets, *self.wires.values(), *self.senders.values()):
            one.close()

    def observe(self, spec, zones, trace):
        prepared = dict(spec, token=self.token(spec))
        self.taps.trace(trace)
        self.set_connmark(early_connmark(spec))
        try:
            with self.surroundings(prepared, zones):
                self.taps.drain()
                failure = self.send(prepared)
                hooks, rules = self.listen(prepared)
        except connections.Refused as refused:
            return {'hooks': {}, 'failure': str(refused)}
        seen = {'hooks': hooks, 'failure': failure}
        return dict(seen, rules=rules) if trace else seen

    def surroundings(self, spec, zones):
        if spec['state'] in ('ESTABLISHED', 'RELATED'):
            return connections.existing(self.conntrack, spec, zones)
        if spec['token'] == THROUGH_LOOPBACK:
            return connections.forgotten(self.conntrack, spec, zones)
        return contextlib.nullcontext()

    def token(self, spec):
        if spec['hook'] == 'PREROUTING':
            return THROUGH_LOOPBACK if spec['interface'] == 'lo' else STOP
        return WITHOUT_SOCKET if spec['uid'] is None else STOP

    def set_connmark(self, value):
        """A mark that the connection of a NEW packet has before mangle sees it; 0 needs no rule."""
        if value == self.connmark:
            return
        commands = [f'flush chain inet {self.table} connmark']
        if value:
            commands.append(f'add rule inet {self.table} connmark ct mark set {value}')
        subprocess.run(['nft', '-f', '-'], input='\n'.join(commands).encode(), check=True)
        self.connmark = value

    def send(self, spec):
        """The name of the error that the kernel refused the packet with; dropping in OUTPUT shows as EPERM."""
        packet = frames.build(spec)
        try:
            if spec['token'] == STOP and spec['hook'] == 'PREROUTING':
                self.send_from_peer(spec, packet)
            elif spec['token'] == WITHOUT_SOCKET:
                self.send_without_socket(spec, packet)
            else:
                self.send_from_pod(self.sender(spec), spec, packet)
        except OSError as error:
            return errno.errorcode.get(error.errno, str(error.errno))
        return None

    def send_from_peer(self, spec, packet):
        """A frame's source address carries the mark that the probe gives it on arrival."""
        origin = MARKING_MAC + struct.pack('=I', spec['mark']) if spec['mark'] else PEER_MAC
        kind = b'\x08\0' if spec['family'] == 4 else b'\x86\xdd'
        self.wire(spec['interface']).send(POD_MAC + origin + kind + packet)

    def wire(self, interface):
        if interface not in self.wires:
            with namespaces.inside(self.peer):
                self.wires[interface] = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
                self.wires[interface].bind((interface, 0))
        return self.wires[interface]

    def sender(self, spec):
        identity = spec['family'], spec['uid'], spec['gid'], spec['bind']
        if identity not in self.senders:
            if len(self.senders) > 500:
                for old in self.senders.values():
                    old.close()
                self.senders.clear()
            self.senders[identity] = open_raw(*identity)
        return self.senders[identity]

    def send_from_pod(self, sender, spec, packet):
        # packed, because Python takes no number from 0x80000000 on for an int
        sender.setsockopt(socket.SOL_SOCKET, SO_MARK, struct.pack('=I', spec['mark']))
        sender.sendto(packet, (spec['destination'], 0))

    def send_without_socket(self, spec, packet):
        sender = open_raw(spec['family'], 0, 0, spec['bind'])
        try:
            self.send_from_pod(sender, spec, packet)
        finally:
            sender.close()
        self.detour.release()

    def listen(self, spec):
        """
        OUTPUT has been through when the call returns. So has PREROUTING, unless the kernel left the frame to its
        softirq thread: then the first tap has not spoken yet and is waited for.
        """
        hooks, rules = self.taps.collect()
        if spec['hook'] == 'OUTPUT' or 'left' in hooks.get('PREROUTING', {}):
            return hooks, rules
        if 'entered' not in hooks.get('PREROUTING', {}):
            select.select([self.taps.socket], [], [], 0.02)
        time.sleep(0.0005)
        more_hooks, more_rules = self.taps.collect()
        for hook, seen in more_hooks.items():
            hooks.setdefault(hook, {}).update(seen)
        return hooks, rules + more_rules


def early_connmark(spec):
    """The mark that the probe has to give the connection; one that exists before the packet brings its own."""
    return spec['connmark'] if spec['state'] == 'NEW' else 0


def open_raw(family, uid, gid, interface):
    kind = socket.AF_INET if family == 4 else socket.AF_INET6
    sender = namespaces.open_socket(uid, gid, kind, socket.SOCK_RAW, socket.IPPROTO_RAW)
    if family == 4:
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    if interface:
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
    return sender
