"""
A packet on OUTPUT that belongs to no socket: it is held in a queue ahead of every other chain, the socket that sent it
is closed, and the packet goes on. The kernel's own answers (resets, ICMP errors) look like that to `-m owner`.
"""

import struct

import netlink

QUEUE, NFTABLES = 3, 10
PACKET, VERDICT, CONFIG = 0, 1, 2
NUMBER = 1
ACCEPT = 1


class Detour:
    def __init__(self, table, chain):
        add_queue_rule(table, chain)
        self.socket = netlink.open_netfilter()
        for payload in (
            netlink.attribute(1, struct.pack('>BBH', 1, 0, 0)),
            netlink.attribute(2, struct.pack('>IB', 0, 1)),
        ):
            netlink.acknowledged(self.socket, netlink.message(QUEUE << 8 | CONFIG, netlink.NLM_F_ACK, 0, NUMBER, payload))

    def release(self):
        """Lets the waiting packets go on, in the context of this call."""
        for kind, _, body in netlink.receive(self.socket):
            if kind == QUEUE << 8 | PACKET:
                identity = netlink.attributes(body)[1][:4]
                verdict = netlink.attribute(2, struct.pack('>I', ACCEPT) + identity)
                self.socket.send(netlink.message(QUEUE << 8 | VERDICT, 0, 0, NUMBER, verdict))


def add_queue_rule(table, chain):
    """A rule whose only expression is xt_NFQUEUE: kernels built without nft_queue have the target all the same."""
    info = struct.pack('=HHHxx', NUMBER, 1, 0)
    target = netlink.text(1, 'NFQUEUE') + netlink.attribute(2, struct.pack('>I', 3)) + netlink.attribute(3, info)
    expression = netlink.nested(1, netlink.text(1, 'target'), netlink.nested(2, target))
    rule = netlink.text(1, table) + netlink.text(2, chain) + netlink.nested(4, expression)
    flags = netlink.NLM_F_ACK | netlink.NLM_F_CREATE | netlink.NLM_F_APPEND
    begin = netlink.message(0x10, 0, 0, NFTABLES, b'')
    add = netlink.message(NFTABLES << 8 | 6, flags, 1, 0, rule)
    end = netlink.message(0x11, 0, 0, NFTABLES, b'')
    socket = netlink.open_netfilter()
    netlink.acknowledged(socket, begin + add + end)
    socket.close()
