import { parseAddress } from '../../../model/address.ts';
import type { Family } from '../../../model/family.ts';
import type { MarkChange, Target, TargetOf } from '../../../model/target.ts';
import { asTokens, bad, type Option, type TargetModule, type Trouble } from '../module.ts';
import { parseInteger, parseMarkAndMask } from '../values.ts';

/** The targets of the raw table and TPROXY: CT, NOTRACK, TPROXY. */
export const RAW_TARGETS: Readonly<Record<string, TargetModule>> = {
  CT: {
    options: {
      notrack: 0,
      zone: 1,
      'zone-orig': 1,
      'zone-reply': 1,
      helper: 1,
      timeout: 1,
      ctevents: 1,
      expevents: 1,
    },
    build: buildCt,
  },
  NOTRACK: { options: {}, build: () => ({ kind: 'ct', notrack: true, spelling: 'NOTRACK', rest: [] }) },
  TPROXY: { options: { 'on-port': 1, 'on-ip': 1, 'tproxy-mark': 1 }, build: buildTproxy },
};

function buildCt(options: readonly Option[]): TargetOf<'ct'> | Trouble {
  const zoneOption = options.find((option) => option.name.startsWith('zone'));
  const notrack = options.some((option) => option.name === 'notrack');
  const rest = asTokens(options.filter((option) => option !== zoneOption && option.name !== 'notrack'));
  if (zoneOption === undefined) return { kind: 'ct', notrack, rest };
  const zone = parseZone(zoneOption);
  return typeof zone === 'number' ? { kind: 'ct', notrack, ...zoneOf(zone, zoneOption.name), rest } : zone;
}

function parseZone(option: Option): number | Trouble {
  const text = option.values[0] ?? '';
  if (text === 'mark') {
    const message = `--${option.name} mark: a zone taken from the packet's mark is not understood`;
    return { kind: 'trouble', severity: 'note', message, at: option.at };
  }
  return parseInteger(text, 0xffff) ?? bad(option, 'a zone 0-65535, or mark');
}

/** Zone 0 is the default zone, and the kernel does not print it. */
function zoneOf(zone: number, option: string): Pick<TargetOf<'ct'>, 'zone' | 'direction'> {
  if (zone === 0) return {};
  if (option === 'zone') return { zone };
  return { zone, direction: option === 'zone-orig' ? 'original' : 'reply' };
}

function buildTproxy(options: readonly Option[], family: Family): Target | Trouble {
  const by = new Map(options.map((option) => [option.name, option]));
  const portOption = by.get('on-port');
  if (portOption === undefined) {
    return { kind: 'trouble', severity: 'error', message: 'TPROXY without --on-port', at: options[0]?.at ?? 0 };
  }
  const port = parseInteger(portOption.values[0] ?? '', 65535);
  if (port === null) return bad(portOption, 'a port (0-65535)');
  const address = parseOnIp(by.get('on-ip'), family);
  if ('kind' in address) return address;
  const mark = parseTproxyMark(by.get('tproxy-mark'));
  return 'kind' in mark ? mark : { kind: 'tproxy', port, address: address.value, family: address.family, mark };
}

function parseOnIp(option: Option | undefined, family: Family): { family: Family; value: bigint } | Trouble {
  if (option === undefined) return { family, value: 0n };
  return parseAddress(option.values[0] ?? '') ?? bad(option, 'an address');
}

/** Without the option xt_TPROXY gets value 0 and mask 0: the mark stays as it is. */
function parseTproxyMark(option: Option | undefined): MarkChange | Trouble {
  if (option === undefined) return { value: 0, mask: 0 };
  return parseMarkAndMask(option.values[0] ?? '') ?? bad(option, 'a 32-bit number, or value/mask');
}
