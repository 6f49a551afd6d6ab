import { portsInNumbers } from '../../services.ts';
import { splitNot, type Translate, valueAt } from './grammar.ts';

/** The output of the port modules: `tcp spt:5 dpts:!1:2 flags:0x17/0x02`, `multiport dports  !53,15008`. */
export const PORTS: Readonly<Record<string, Translate>> = {
  tcp: ports('tcp'),
  udp: ports('udp'),
  udplite: ports('udplite'),
  sctp: ports('sctp'),
  dccp: ports('dccp'),
  multiport: (words, at, negated) => {
    const side = words[at + 1] ?? '';
    const list = valueAt(words, at + 2);
    if (negated || list === null || !/^[sd]?ports$/.test(side)) return null;
    return { args: ['-m', 'multiport', ...list.not, `--${side}`, portsInNumbers(list.value)], next: list.next };
  },
};

function ports(module: string): Translate {
  return (words, at, negated) => {
    if (negated) return null;
    const args = ['-m', module];
    let next = at + 1;
    for (let option = readOption(words[next]); option !== null; option = readOption(words[next])) {
      args.push(...option);
      next += 1;
    }
    // Chunk types and DCCP types are printed as numbers and letters after the ports; they are not turned back.
    return /^(?:any|all|only)$|^!?[0-9]+(?:,[0-9]+)*$/.test(words[next] ?? '') ? null : { args, next };
  };
}

function readOption(word: string | undefined): readonly string[] | null {
  const match = /^(?:([sd])pts?:|(flags):|(option)=)(.+)$/.exec(word ?? '');
  if (match === null) return null;
  const { not, value } = splitNot(match[4] ?? '');
  if (match[1] !== undefined) return [...not, `--${match[1]}port`, portsInNumbers(value)];
  return match[2] === undefined ? [...not, '--tcp-option', value] : readFlags(not, value);
}

const FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'];

function readFlags(not: readonly string[], value: string): readonly string[] | null {
  const [mask, set] = value.split('/').map(flagNames);
  return mask == null || set == null ? null : [...not, '--tcp-flags', mask, set];
}

/** Numbers with `-n`, names without. */
function flagNames(text: string): string | null {
  if (/^[A-Z,]+$/.test(text)) return text;
  if (!/^0x[0-9A-Fa-f]{1,2}$/.test(text)) return null;
  const bits = Number.parseInt(text, 16);
  const names = FLAGS.filter((_, position) => (bits & (1 << position)) !== 0);
  return names.length === 0 ? 'NONE' : names.join(',');
}
