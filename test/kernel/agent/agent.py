"""
The process behind a KernelPod: owns the network namespaces `pod` and `peer`, and does in them what Node cannot (raw
packets, marks, owners, transparent sockets, netlink). One JSON request a line in, one answer a line out. The
namespaces are anonymous: when this process ends, however it ends, the kernel removes them and all that is in them.
"""

import json
import os
import subprocess
import sys

import listeners
import namespaces
import observe

SYSCTLS = {
    'ipv4/conf/all/rp_filter': '0',
    'ipv4/conf/default/rp_filter': '0',
    'ipv4/conf/all/accept_local': '1',
    'ipv6/conf/all/disable_ipv6': '0',
    'ipv6/conf/default/disable_ipv6': '0',
    'ipv6/conf/all/accept_dad': '0',
    'ipv6/conf/default/accept_dad': '0',
    'ipv6/conf/default/accept_ra': '0',
    'ipv6/conf/default/router_solicitations': '0',
    'netfilter/nf_conntrack_tcp_loose': '0',
    # REJECT shows by its answer, so no answer may be saved
    'ipv4/icmp_ratemask': '0',
    'ipv6/icmp/ratemask': '2',
    # the log that traces of legacy rules are written to: NFLOG instead of the machine's console
    'netfilter/nf_log/2': 'nfnetlink_log',
    'netfilter/nf_log/10': 'nfnetlink_log',
}


class Agent:
    def __init__(self):
        self.peer = namespaces.create()
        self.configure()
        self.pod = namespaces.create()
        self.configure()
        self.stand_ins = listeners.StandIns(self.peer)
        self.observer = None

    def configure(self):
        for name, value in SYSCTLS.items():
            namespaces.set_sysctl(name, value)

    def hello(self, _):
        of_process = f'/proc/{os.getpid()}/fd'
        return {'pod': f'{of_process}/{self.pod}', 'peer': f'{of_process}/{self.peer}'}

    def probe(self, request):
        """Loads the probe's table; packets can be observed from then on."""
        subprocess.run(['nft', '-f', '-'], input=request['text'].encode(), check=True)
        self.observer = observe.Observer(self.peer, request['table'])

    def unprobe(self, request):
        """Takes the probe's table out again, so that nobody who looks sees it."""
        self.observer.close()
        self.observer = None
        subprocess.run(['nft', 'delete', 'table', 'inet', request['table']], check=True)

    def observe(self, request):
        """In the order that changes the probe least often; answered in the order of the request."""
        packets, zones, trace = request['packets'], request['zones'], request['trace']
        answers = {}
        for position in sorted(range(len(packets)), key=lambda position: observe.early_connmark(packets[position])):
            answers[position] = self.observer.observe(packets[position], zones, trace)
        return [answers[position] for position in range(len(packets))]

    def listen(self, request):
        for spec in request['listeners']:
            self.stand_ins.listen(spec)

    def connect(self, request):
        return self.stand_ins.connect(request['to'])

    def read(self, request):
        """A file as this namespace shows it (/proc/net/…); empty when it is not there."""
        try:
            with open(request['path']) as file:
                return file.read()
        except FileNotFoundError:
            return ''


COMMANDS = {'hello', 'probe', 'unprobe', 'observe', 'listen', 'connect', 'read'}


def main():
    agent = Agent()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request['op'] not in COMMANDS:
                raise ValueError('unknown request ' + request['op'])
            answer = {'result': getattr(agent, request['op'])(request)}
        except Exception as error:
            answer = {'error': f'{type(error).__name__}: {error}'}
        sys.stdout.write(json.dumps(answer) + '\n')
        sys.stdout.flush()


main()
