import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memory, print, seconds, trouble } from './lines.ts';
import { type Program, runInTurn, withFolder } from './processes.ts';
import { dice } from './texts.ts';

/** A comparison that takes longer is given up by the measurement; the program itself must answer before. */
const LIMIT_SECONDS = 60;

/** Rulesets whose conditions multiply: a comparison of such a one with itself ends, with an answer or without. */
export async function measureBadCases(): Promise<void> {
  await withFolder((folder) => {
    for (const [addresses, ports, owners] of [
      [100, 50, 4],
      [1_000, 200, 8],
      [10_000, 500, 16],
    ] as const) {
      const [live, expected] = [join(folder, 'live'), join(folder, 'expected')];
      writeFileSync(live, crossed(addresses, ports, owners, 1));
      writeFileSync(expected, crossed(addresses, ports, owners, 2));
      measure(live, expected, `${addresses} ranges × ${ports} ports × ${owners} owners`);
    }
  });
}

function measure(live: string, expected: string, name: string): void {
  const program = join(import.meta.dirname, 'programs', 'bad-case.mjs');
  const ours: Program = { argv: ['node', program, live, expected] };
  const [runs = []] = runInTurn([ours], 1, LIMIT_SECONDS);
  const answers: Readonly<Record<number, string>> = { 0: 'equal', 1: 'different', 3: 'undetermined' };
  const answer = answers[runs[0]?.status ?? -1];
  print({
    what: `compare, ${name}`,
    target: `answers, ≤ ${LIMIT_SECONDS} s`,
    measured: `${seconds(runs, 'wall')} ${memory(runs)}${answer === undefined ? trouble(runs) : ` (${answer})`}`,
  });
}

/** Every rule asks for a range, a port and an owner, each drawn anew: no two rules share what the others ask for. */
function crossed(addresses: number, ports: number, owners: number, seed: number): string {
  const roll = dice(seed);
  const rules = Array.from({ length: addresses }, (_, i) => {
    const range = `10.${(i >> 8) & 255}.${i & 255}.0/24`;
    const port = 1000 + roll(ports);
    const uid = 1000 + roll(owners);
    return `-A ISTIO_OUTPUT -d ${range} -p tcp -m tcp --dport ${port} -m owner --uid-owner ${uid} -j RETURN`;
  });
  const heads = ['*nat', ':PREROUTING ACCEPT [0:0]', ':INPUT ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]'];
  const own = [':POSTROUTING ACCEPT [0:0]', ':ISTIO_OUTPUT - [0:0]', '-A OUTPUT -p tcp -j ISTIO_OUTPUT'];
  const last = '-A ISTIO_OUTPUT -p tcp -j REDIRECT --to-ports 15001';
  return [...heads, ...own, ...rules, last, 'COMMIT', ''].join('\n');
}
