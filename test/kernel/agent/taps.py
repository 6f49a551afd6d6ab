"""What the kernel says about a packet while the call that sends it runs: NFLOG of the probe's chains, and traces."""

import socket
import struct

import frames
import netlink

ULOG, NFTABLES = 4, 10
TAP_GROUP, LEGACY_TRACE_GROUP = 1, 0
NFNLGRP_NFTRACE = 9
NETLINK_ADD_MEMBERSHIP, NETLINK_DROP_MEMBERSHIP = 1, 2
HOOKS = {0: 'PREROUTING', 3: 'OUTPUT'}
TRACE_KINDS = {1: 'policy', 2: 'return', 3: 'rule'}
FAMILIES = {1: 'inet', 2: 'ip', 10: 'ip6'}
CONTROL = {0: 'drop', 1: 'accept', -1: 'continue', -2: 'break', -3: 'jump', -4: 'goto', -5: 'return'}


class Taps:
    def __init__(self):
        self.socket = netlink.open_netfilter()
        self.follow(TAP_GROUP)
        self.tracing = False

    def follow(self, group, bind=True):
        """Without a queue, so that a message is there when the call that caused it returns."""
        config = ULOG << 8 | 1
        command = netlink.attribute(1, b'\1' if bind else b'\2')
        netlink.acknowledged(self.socket, netlink.message(config, netlink.NLM_F_ACK, 0, group, command))
        if bind:
            copy = netlink.attribute(2, struct.pack('>IBB', 128, 2, 0)) + netlink.attribute(5, struct.pack('>I', 1))
            netlink.acknowledged(self.socket, netlink.message(config, netlink.NLM_F_ACK, 0, group, copy))

    def trace(self, wanted):
        """nft rules are traced to a multicast group; xt rules to the namespace's logger, which NFLOG is made to be."""
        if wanted == self.tracing:
            return
        self.tracing = wanted
        membership = NETLINK_ADD_MEMBERSHIP if wanted else NETLINK_DROP_MEMBERSHIP
        self.socket.setsockopt(netlink.SOL_NETLINK, membership, NFNLGRP_NFTRACE)
        self.follow(LEGACY_TRACE_GROUP, wanted)

    def drain(self):
        for _ in netlink.receive(self.socket):
            pass

    def collect(self):
        """{hook: {entered, left, answered}} and the rules that were hit, from what has been said since `drain`."""
        hooks, rules = {}, []
        for kind, family, body in netlink.receive(self.socket):
            message = netlink.attributes(body)
            if kind >> 8 == NFTABLES:
                rules.append(nft_step(family, message))
            elif kind >> 8 == ULOG:
                prefix = message[10].rstrip(b'\0').decode()
                if prefix.startswith('TRACE: '):
                    rules.append(xt_step(prefix, message))
                else:
                    note(hooks, prefix, message)
        return hooks, rules


def note(hooks, prefix, message):
    hook = hooks.setdefault(HOOKS.get(message[1][2], '?'), {})
    if prefix == 'in':
        hook['entered'] = sighting(message)
    elif prefix in ('connmark', 'zone'):
        hook['left'][prefix] = number(message, 2)
    elif prefix == 'answer':
        hook['answered'] = frames.parse(message[9])
    else:
        hook['left'] = dict(sighting(message), state=prefix)


def number(message, kind):
    return struct.unpack('>I', message[kind])[0] if kind in message else 0


def sighting(message):
    seen = frames.parse(message[9])
    seen['mark'] = number(message, 2)
    for name, kind in (('inInterface', 4), ('outInterface', 5)):
        if kind in message:
            seen[name] = socket.if_indextoname(number(message, kind))
    for name, kind in (('uid', 11), ('gid', 14)):
        if kind in message:
            seen[name] = number(message, kind)
    return seen


def nft_step(family, message):
    verdict = netlink.attributes(message.get(5, b''))
    code = struct.unpack('>i', verdict[1])[0] if 1 in verdict else None
    return {
        'backend': 'nft',
        'family': FAMILIES.get(family, str(family)),
        'table': message[1].rstrip(b'\0').decode(),
        'chain': message[2].rstrip(b'\0').decode(),
        'kind': TRACE_KINDS.get(number(message, 4), '?'),
        'handle': struct.unpack('>Q', message[3])[0] if 3 in message else None,
        'verdict': CONTROL.get(code, str(code)),
    }


def xt_step(prefix, message):
    table, chain, kind, index = prefix[len('TRACE: '):].strip().split(':')
    family = 'ip' if message[9][0] >> 4 == 4 else 'ip6'
    return {'backend': 'legacy', 'family': family, 'table': table, 'chain': chain, 'kind': kind, 'index': int(index)}
