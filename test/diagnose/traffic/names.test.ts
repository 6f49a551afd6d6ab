import { describe, expect, it } from 'vitest';
import { publish } from '../../../src/diagnose/publish.ts';
import { trafficFindings } from '../../../src/diagnose/traffic/groups.ts';
import { defaultConfig } from '../../../src/layout/index.ts';
import type { Config } from '../../../src/model/config.ts';
import { contextOf, podWith, saved } from '../pod-of.ts';

/** The codes for the layout of a configuration with rules deleted, and added in front of the first of their chain. */
function codes(inputs: Partial<Config>, { gone = [], added = [] }: { gone?: string[]; added?: string[] }): string[] {
  const config = { ...defaultConfig('1.28.10'), ...inputs };
  const text = saved(config, (lines) => {
    for (const rule of gone) expect(lines).toContain(rule);
    const rest = lines.filter((line) => !gone.includes(line));
    const first = rest.findIndex((line) => line.startsWith('-A') && rest.indexOf('*nat') < rest.indexOf(line));
    return rest.toSpliced(Math.max(first, rest.indexOf('*nat') + 1), 0, ...added);
  });
  return trafficFindings(contextOf(podWith(text), config)).map(({ code }) => code);
}

const owner = (kind: string, id: number) => `-A ISTIO_OUTPUT -m owner --${kind}-owner ${id} -j RETURN`;
const ALL_DNS = { redirectDns: true, captureAllDns: true } as const;

describe('a rule of others', () => {
  it.each([
    ['-A PREROUTING -p tcp -m tcp --dport 8080 -j RETURN', 'NAT0109'],
    ['-A PREROUTING -i net9 -j RETURN', 'NAT0210'],
    ['-A PREROUTING -i net9 -p tcp -m tcp --dport 8080 -j ACCEPT', 'NAT0109'],
    ['-A OUTPUT -m owner --uid-owner 0 -j ACCEPT', 'NAT0305'],
    ['-A OUTPUT -d 10.0.0.0/8 -j ACCEPT', 'NAT0109'],
    ['-A OUTPUT -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 3128', 'NAT0109'],
    ['-A PREROUTING -p tcp -j ISTIO_REDIRECT', 'NAT0104'],
    ['-A ISTIO_INBOUND -p tcp -m tcp --dport 8080 -j RETURN', 'NAT0201'],
    ['-A ISTIO_INBOUND -p tcp -m tcp --dport 8080 -j ACCEPT', 'NAT0201'],
    ['-A ISTIO_INBOUND -i net9 -j RETURN', 'NAT0210'],
    ['-A ISTIO_INBOUND -p tcp -j RETURN', 'NAT0101'],
    ['-A ISTIO_INBOUND -p tcp -m tcp --dport 15090 -j ISTIO_IN_REDIRECT', 'NAT0202'],
    ['-A ISTIO_OUTPUT -p tcp -m multiport --dports 3306,5432 -j RETURN', 'NAT0203'],
    ['-A ISTIO_OUTPUT -d 10.0.0.0/8 -j RETURN', 'NAT0205'],
    ['-A ISTIO_OUTPUT -m owner --uid-owner 0 -j RETURN', 'NAT0305'],
    ['-A ISTIO_OUTPUT -m owner ! --gid-owner 2000 -j RETURN', 'NAT0307'],
    ['-A ISTIO_OUTPUT -o eth0 -j RETURN', 'NAT0210'],
    ['-A ISTIO_OUTPUT -p tcp -j RETURN', 'NAT0102'],
    ['-A ISTIO_OUTPUT -p udp -m udp --dport 53 -j REDIRECT --to-ports 15053', 'NAT0406'],
  ])('%s: %s', (rule, code) => expect(codes({}, { added: [rule] })).toEqual([code]));

  it('is no fault where it only does to its own resolver what Docker does', () => {
    expect(
      codes({}, { added: ['-A OUTPUT -d 127.0.0.11/32 -p udp -j DNAT --to-destination 127.0.0.11:41235'] }),
    ).toEqual([]);
  });

  it('is one where it sends the queries of others there', () => {
    expect(
      codes({}, { added: ['-A OUTPUT -d 10.0.0.10/32 -p udp -j DNAT --to-destination 127.0.0.11:41235'] }),
    ).toEqual(['NAT0109']);
  });
});

describe('a rule of Istio that is missing', () => {
  it.each<[Partial<Config>, string[], string]>([
    [
      { istioVersion: '1.2.10', interceptionMode: 'TPROXY' },
      ['-A ISTIO_INBOUND -p tcp -m socket -j ISTIO_DIVERT', '-A ISTIO_INBOUND -p tcp -j ISTIO_TPROXY'],
      'NAT0101',
    ],
    [{}, ['-A PREROUTING -p tcp -j ISTIO_INBOUND'], 'NAT0101'],
    [{}, ['-A OUTPUT -j ISTIO_OUTPUT'], 'NAT0102'],
    [{}, ['-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006'], 'NAT0101'],
    [{}, ['-A ISTIO_INBOUND -p tcp -m tcp --dport 15021 -j RETURN'], 'NAT0202'],
    [{ outboundPortsExclude: [3306] }, ['-A ISTIO_OUTPUT -p tcp -m tcp --dport 3306 -j RETURN'], 'NAT0204'],
    [{ outboundIpRangesExclude: ['10.1.0.0/16'] }, ['-A ISTIO_OUTPUT -d 10.1.0.0/16 -j RETURN'], 'NAT0206'],
    [{}, [owner('uid', 1337)], 'NAT0304'],
    [{}, [owner('uid', 1337), owner('gid', 1337)], 'NAT0301'],
    [{ proxyUid: [1337, 1338] }, [owner('uid', 1337)], 'NAT0304'],
    [{ ownerGroupsExclude: ['3000'] }, [owner('gid', 3000)], 'NAT0307'],
    [{ excludeInterfaces: ['net1'] }, ['-A OUTPUT -o net1 -j RETURN'], 'NAT0210'],
    [{ dropInvalid: true }, ['-A ISTIO_DROP -j DROP'], 'NAT0114'],
    [ALL_DNS, ['-A ISTIO_OUTPUT -j ISTIO_OUTPUT_DNS'], 'NAT0401'],
    [ALL_DNS, ['-A OUTPUT -j ISTIO_OUTPUT_DNS'], 'NAT0402'],
  ])('%j without %j: %s', (inputs, gone, code) => expect(codes(inputs, { gone })).toEqual([code]));
});

describe('several faults', () => {
  it('are several findings', () => {
    const gone = ['-A ISTIO_INBOUND -p tcp -m tcp --dport 15021 -j RETURN'];
    const added = ['-A ISTIO_OUTPUT -d 10.0.0.0/8 -j RETURN'];
    expect(codes({}, { gone, added }).toSorted()).toEqual(['NAT0202', 'NAT0205']);
  });

  it('DNS capture that nobody asked for is one, though it is spread over redirects, zones and owners', () => {
    const text = saved({ ...ALL_DNS });
    expect(trafficFindings(contextOf(podWith(text))).map(({ code }) => code)).toEqual(['NAT0406']);
  });

  it('DNS capture that is configured and not there is one, too', () => {
    const config = { ...defaultConfig('1.28.10'), ...ALL_DNS };
    expect(trafficFindings(contextOf(podWith(saved({})), config)).map(({ code }) => code)).toEqual(['NAT0401']);
  });
});

describe('an annotation that did not take effect', () => {
  const config = { ...defaultConfig('1.28.10'), outboundPortsExclude: [3306, 5432, 9200] };

  it('is one finding with all of its rules', () => {
    const context = contextOf(podWith(saved({})), config);
    const [finding, ...others] = publish(trafficFindings(context), context, true);
    expect(others).toEqual([]);
    expect(finding?.code).toBe('NAT0204');
    expect(finding?.message).toMatch(/, and 2 more like it\.$/);
    for (const port of config.outboundPortsExclude) {
      expect(finding?.evidence.map(({ text }) => text).join('\n')).toContain(`--dport ${port} -j RETURN`);
      expect(finding?.remedy).toContain(`--dport ${port} -j RETURN`);
    }
  });

  it('is one for each direction', () => {
    const both = { ...config, inboundPortsExclude: [...config.inboundPortsExclude, 8081] };
    const codesOfBoth = trafficFindings(contextOf(podWith(saved({})), both)).map(({ code }) => code);
    expect(codesOfBoth.toSorted()).toEqual(['NAT0202', 'NAT0204']);
  });
});
