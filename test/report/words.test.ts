import { describe, expect, it } from 'vitest';
import type { Packet, Verdict } from '../../src/model/packet.ts';
import { classWords, packetWords, verdictWords } from '../../src/report/words.ts';

const OUTGOING: Packet = {
  family: 'ipv6',
  hook: 'OUTPUT',
  protocol: 'tcp',
  source: '2001:db8::5',
  destination: '2001:db8::9',
  destinationPort: 443,
  outInterface: 'eth0',
  uid: 1000,
  gid: 0,
  mark: 0x539,
  ctState: 'ESTABLISHED',
};

describe('packetWords', () => {
  it('names everything that is known about the packet', () => {
    expect(packetWords(OUTGOING)).toBe(
      'tcp 2001:db8::5 → [2001:db8::9]:443 (OUTPUT, out eth0, uid 1000, gid 0, mark 0x539, ESTABLISHED)',
    );
  });

  it('says when a packet belongs to no socket', () => {
    expect(packetWords({ ...OUTGOING, uid: null, gid: null })).toContain('OUTPUT, out eth0, no socket');
  });
});

describe('verdictWords', () => {
  it.each<[Verdict, string]>([
    [{ kind: 'accept' }, 'left alone'],
    [{ kind: 'drop' }, 'dropped'],
    [{ kind: 'reject' }, 'rejected'],
    [{ kind: 'redirect', port: 15006 }, 'redirected to port 15006'],
    [{ kind: 'redirect' }, 'redirected to the pod itself'],
    [{ kind: 'dnat', to: '10.0.0.1:80' }, 'sent to 10.0.0.1:80'],
    [{ kind: 'tproxy', port: 15006, mark: 0x539 }, 'handed to port 15006 (TPROXY), with mark 0x539'],
    [{ kind: 'accept', mark: 1, ctZone: 2 }, 'left alone, with mark 0x1 and conntrack zone 2'],
    [{ kind: 'undetermined', because: 'so' }, 'undetermined: so'],
  ])('%j', (verdict, words) => {
    expect(verdictWords(verdict)).toBe(words);
  });
});

describe('classWords', () => {
  it('cuts long lists of values', () => {
    const ports = Array.from({ length: 20 }, (_, i) => i + 1);
    expect(classWords({ destinationPort: ports.join(',') })).toBe('destination port 1,2,3,4,5,6,7,8 and 12 more');
  });

  it('spells the names of fields as words', () => {
    expect(classWords({ protocol: 'tcp', destinationPort: '8080' })).toBe('protocol tcp, destination port 8080');
  });
});
