import { describe, expect, it } from 'vitest';
import { type Asked, askedBy } from '../../../src/parse/sockets/asked.ts';
import { commandIn } from '../../../src/parse/sockets/command.ts';

/** What a command line asks for: protocols, states, columns, and whether something may be left out. */
function told(text: string): string {
  const asked = askedBy(commandIn(`$ ${text}`) ?? []);
  return asked === null ? 'nothing' : wordsOf(asked);
}

function wordsOf({ protocols, families, states, columns, filtered }: Asked): string {
  const parts = [protocols.join('+'), families.length === 1 ? families[0] : '', states, ...columns];
  return [...parts, filtered ? 'filtered' : ''].filter((part) => part !== '').join(' ');
}

describe('what a command asks for', () => {
  it.each([
    ['ss -Htunaep', 'tcp+udp all uid process'],
    ['ss -ntlp', 'tcp listening process'],
    ['ss -tn', 'tcp connected'],
    ['ss -ltn', 'tcp listening'],
    ['ss -uln', 'udp listening'],
    ['ss -ualn', 'udp listening'],
    ['ss -ulan', 'udp all'],
    ['ss -an', 'tcp+udp all'],
    ['ss', 'tcp+udp connected'],
    ['ss -xl', ' listening'.trim()],
    ['ss -tw -a', 'tcp all'],
    ['ss -4tan', 'tcp ipv4 all filtered'],
    ['ss -t46an', 'tcp all'],
    ['ss --tcp --listening --numeric --processes', 'tcp listening process'],
    ['ss -A tcp,raw -an', 'tcp all'],
    ['ss -Ainet -an', 'tcp+udp all'],
    ['ss --query=udp -an', 'udp all'],
    ['ss -f inet6 -tan', 'tcp ipv6 all filtered'],
    ['ss -tlne --inet-sockopt', 'tcp listening uid transparent'],
    ["ss -ltn 'sport = :15001'", 'tcp listening filtered'],
    ['ss -tan state established', 'tcp all filtered'],
    ['ss -s', 'tcp+udp connected filtered'],
    ['ss -tulpn | grep LISTEN', 'tcp listening process'],
    ['ss -tulpn | grep 15001', 'tcp+udp listening process filtered'],
    ['ss -tanp | head -5', 'tcp all process filtered'],
    ['ss -tan | sort', 'tcp all'],
    ['ss -tlnp 2>/dev/null', 'tcp listening process'],
    ['netstat -tulpn', 'tcp+udp listening process'],
    ['netstat -anp', 'tcp+udp all process'],
    ['netstat -tlne', 'tcp listening uid'],
    ['netstat -rn', 'tcp+udp connected filtered'],
    ['netstat -tulpn | grep -i listen', 'tcp listening process'],
  ])('%s', (command, expected) => expect(told(command)).toBe(expected));
});

describe('a command in a terminal session', () => {
  it.each([
    ['istio-proxy@web-7f9:/$ ss -tln', 'ss -tln'],
    ['[root@node-3 ~]# nsenter -t 4711 -n ss -Htunaep', 'ss -Htunaep'],
    ['# kubectl exec web -c istio-proxy -- ss -tn', 'ss -tn'],
    ['+ ss -uln', 'ss -uln'],
    ['sudo netstat -tulpn | grep LISTEN', 'netstat -tulpn | grep LISTEN'],
    ['/ # busybox netstat -tln', 'netstat -tln'],
    ['$ ss -tln; echo done', 'ss -tln'],
    ['ss -tln', 'ss -tln'],
  ])('%s', (line, expected) => expect(commandIn(line)?.join(' ')).toBe(expected));

  it.each([
    ['a sentence', 'the output of ss is below'],
    ['one that begins with the tool', 'ss shows nothing'],
    ['another command', '$ iptables-save'],
    ['an argument', '$ grep -r ss /etc'],
    ['a socket', 'tcp LISTEN 0 511 0.0.0.0:15001 0.0.0.0:* users:(("ss -tuna",pid=1,fd=3))'],
  ])('is not %s', (_, line) => expect(commandIn(line)).toBeNull());
});
