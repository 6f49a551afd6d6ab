"""
Makes tables, chains and rules of nftables whose names nft refuses: any byte but NUL. One argument, a JSON list of
objects; characters of names up to U+00FF stand for bytes. Prints nothing; a refusal of the kernel is an exception.
"""

import json
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', '..', 'kernel', 'agent'))
import netlink

NFTABLES = 10
FAMILIES = {'inet': 1, 'ip': 2, 'arp': 3, 'netdev': 5, 'bridge': 7, 'ip6': 10}
HOOKS = {'prerouting': 0, 'input': 1, 'forward': 2, 'output': 3, 'postrouting': 4}
VERDICTS = {'drop': 0, 'accept': 1}
NEW_TABLE, NEW_CHAIN, NEW_RULE = 0, 3, 6
FLAGS = netlink.NLM_F_CREATE | netlink.NLM_F_APPEND


def name(kind, value):
    return netlink.attribute(kind, value.encode('latin1') + b'\0')


def number(kind, value):
    return netlink.attribute(kind, struct.pack('>I', value & 0xffffffff))


def expression(kind, *attributes):
    return netlink.nested(1, netlink.text(1, kind), netlink.nested(2, *attributes))


def immediate(verdict):
    code = netlink.nested(2, number(1, VERDICTS[verdict]))
    return expression('immediate', number(1, 0), netlink.nested(2, code))


def tcp_port(port):
    """Two comparisons: what `tcp dport PORT` is."""
    def equals(value):
        return expression('cmp', number(1, 1), number(2, 0), netlink.nested(3, netlink.attribute(1, value)))

    protocol = expression('meta', number(1, 1), number(2, 16))
    read = expression('payload', number(1, 1), number(2, 2), number(3, 2), number(4, 2))
    return protocol + equals(b'\6') + read + equals(struct.pack('>H', port))


def table(spec):
    return NEW_TABLE, name(1, spec['table'])


def chain(spec):
    body = name(1, spec['table']) + name(3, spec['chain'])
    if 'hook' in spec:
        place = netlink.nested(4, number(1, HOOKS[spec['hook']]), number(2, spec['priority']))
        body += place + number(5, VERDICTS[spec['policy']]) + netlink.text(7, spec.get('type', 'filter'))
    return NEW_CHAIN, body


def rule(spec):
    body = name(1, spec['table']) + name(2, spec['chain'])
    match = tcp_port(spec['port']) if 'port' in spec else b''
    counter = expression('counter') if spec.get('counter') else b''
    body += netlink.nested(4, match, counter, immediate(spec['verdict']))
    if 'comment' in spec:
        text = spec['comment'].encode('latin1') + b'\0'
        body += netlink.attribute(7, struct.pack('BB', 0, len(text)) + text)
    return NEW_RULE, body


def main():
    sender = netlink.open_netfilter()
    for spec in json.loads(sys.argv[1]):
        kind, body = {'table': table, 'chain': chain, 'rule': rule}[spec['make']](spec)
        begin = netlink.message(0x10, 0, 0, NFTABLES, b'')
        add = netlink.message(NFTABLES << 8 | kind, FLAGS | netlink.NLM_F_ACK, FAMILIES[spec['family']], 0, body)
        end = netlink.message(0x11, 0, 0, NFTABLES, b'')
        netlink.acknowledged(sender, begin + add + end)


main()
