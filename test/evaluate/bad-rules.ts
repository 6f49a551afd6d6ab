/** Two texts of `iptables-save` that are made to be hard to compare. */
export interface BadRules {
  readonly name: string;
  readonly text: string;
  readonly other: string;
}

/** Purpose-made bad cases. `scale` 1 is the large form: ten thousand rules and more; 0.02 is one for every test run. */
export function badRules(scale: number): BadRules[] {
  const n = (many: number) => Math.max(2, Math.round(many * scale));
  return [
    { name: 'products', ...pair((seed) => products(n(10_000), n(500), 16, seed)) },
    { name: 'alternating', ...pair((seed) => alternating(n(10_000), n(500), seed)) },
    { name: 'marks', ...pair((seed) => marks(n(2000), seed)) },
    { name: 'toggled marks', ...pair((seed) => toggles(n(64), seed)) },
    { name: 'unknowns', ...pair((seed) => unknowns(n(1000), seed)) },
    { name: 'interleaved unknowns', ...pair((seed) => interleaved(n(300), seed)) },
    { name: 'jumps', ...pair((seed) => jumps(n(5000), seed)) },
    { name: 'ladder', ...pair((seed) => ladder(Math.min(60, n(3000)), seed)) },
    // Seconds even when it is small.
    ...(scale < 0.1 ? [] : [{ name: 'marking ladder', ...pair((seed) => markingLadder(Math.min(20, n(1200)), seed)) }]),
    { name: 'zone ladder', ...pair((seed) => zoneLadder(Math.min(60, n(3000)), seed)) },
    { name: 'nested', ...pair((seed) => jumps(n(10_000), seed)) },
    { name: 'ring', ...pair((seed) => ring(n(100), seed)) },
    { name: 'zones', ...pair((seed) => zones(n(4000), seed)) },
    { name: 'many verdicts', ...pair((seed) => verdicts(n(10_000), seed)) },
    { name: 'many interfaces', ...pair((seed) => interfaces(n(10_000), seed)) },
    { name: 'many wildcards', ...pair((seed) => wildcards(n(1000), seed)) },
    { name: 'saved marks', ...pair((seed) => savedMarks(n(1000), seed)) },
    { name: 'many unknowns', ...pair((seed) => unknowns(n(10_000), seed)) },
    { name: 'exclusions of a layout', ...pair((seed) => inLayout(products(n(10_000), n(500), 16, seed))) },
    { name: 'marks of a layout', ...pair((seed) => inLayout(marks(n(2000), seed))) },
    { name: 'many owners', ...pair((seed) => owners(n(3000), seed)) },
  ];
}

function pair(make: (seed: number) => string): { text: string; other: string } {
  return { text: make(1), other: make(2) };
}

/** Numbers that look random and are the same every time. */
function dice(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return (state ^ (state >>> 13)) % below < 0
      ? -((state ^ (state >>> 13)) % below)
      : (state ^ (state >>> 13)) % below;
  };
}

function nat(rules: readonly string[], chains: readonly string[] = [], table = 'nat'): string {
  const hooks =
    table === 'nat'
      ? ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING']
      : table === 'raw'
        ? ['PREROUTING', 'OUTPUT']
        : ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];
  const declared = [...hooks.map((name) => `:${name} ACCEPT [0:0]`), ...chains.map((name) => `:${name} - [0:0]`)];
  return [`*${table}`, ...declared, ...rules, 'COMMIT', ''].join('\n');
}

const cidr = (i: number) => `${10 + (i >> 14)}.${(i >> 6) & 255}.${(i & 63) * 4}.0/22`;
const END = '-A OUTPUT -p tcp -j REDIRECT --to-ports 15001';

/** Addresses, ports and owners in all combinations and any order. */
function products(addresses: number, ports: number, uids: number, seed: number): string {
  const roll = dice(seed);
  const rules = Array.from({ length: addresses }, () => {
    const target = roll(3) === 0 ? 'RETURN' : roll(2) === 0 ? 'ACCEPT' : `REDIRECT --to-ports ${15001 + roll(3)}`;
    return `-A OUTPUT -d ${cidr(roll(addresses))} -p tcp -m tcp --dport ${1000 + roll(ports)} -m owner --uid-owner ${roll(uids)} -j ${target}`;
  });
  return nat([...rules, END]);
}

/** Rules that look at addresses only and at ports only, in turns: every address sees another part of the ports. */
function alternating(addresses: number, ports: number, seed: number): string {
  const roll = dice(seed);
  const rules = Array.from({ length: addresses }, (_, i) => [
    `-A OUTPUT -d ${cidr((i * 7919) % addresses)} -p tcp -j ${roll(2) === 0 ? 'RETURN' : 'REDIRECT --to-ports 15001'}`,
    ...(i % Math.max(1, Math.floor(addresses / ports)) === 0
      ? [
          `-A OUTPUT -p tcp -m tcp --dport ${1000 + i} -m owner --uid-owner ${i % 16} -j REDIRECT --to-ports ${16_000 + (i % 7)}`,
        ]
      : []),
  ]).flat();
  return nat([...rules, END]);
}

function marks(many: number, seed: number): string {
  const roll = dice(seed);
  const rules = Array.from({ length: many }, () => {
    const mask = (1 << roll(8)) | (1 << roll(8));
    const port = `-p tcp -m tcp --dport ${1000 + roll(many)}`;
    return roll(2) === 0
      ? `-A OUTPUT ${port} -j MARK --set-xmark 0x${(roll(256) & mask).toString(16)}/0x${mask.toString(16)}`
      : `-A OUTPUT -m mark --mark 0x${(roll(256) & mask).toString(16)}/0x${mask.toString(16)} ${port} -j ACCEPT`;
  });
  return nat(rules, [], 'mangle');
}

/** Bits that are turned round one by one, under conditions of their own. */
function toggles(many: number, seed: number): string {
  const rules = Array.from({ length: many }, (_, i) => {
    const bit = (1 << (i % 10)) >>> 0;
    return `-A OUTPUT -p tcp -m tcp --dport ${1000 + i * 10}:${1000 + many * 10 + seed} -j MARK --set-xmark 0x${bit.toString(16)}/0x0`;
  });
  const looks = Array.from(
    { length: 10 },
    (_, i) => `-A OUTPUT -m mark --mark 0x${(1 << i).toString(16)}/0x${(1 << i).toString(16)} -j ACCEPT`,
  );
  return nat([...rules, ...looks], [], 'mangle');
}

function unknowns(many: number, seed: number): string {
  const rules = Array.from(
    { length: many },
    (_, i) => `-A OUTPUT -m recent --name list${i + seed} --rcheck -j ${i % 2 === 0 ? 'ACCEPT' : 'RETURN'}`,
  );
  return nat([...rules, END]);
}

/** Unknown conditions between known ones, whose order differs on both sides. */
function interleaved(many: number, seed: number): string {
  const roll = dice(seed);
  const rules = Array.from({ length: many }, () => {
    const a = roll(many);
    return `-A OUTPUT -p tcp -m tcp --dport ${1000 + roll(many)}:${1000 + many} -m recent --name list${a} --rcheck -m string --string s${roll(many)} --algo bm -j ${roll(2) === 0 ? 'DROP' : `REDIRECT --to-ports ${15_000 + roll(9)}`}`;
  });
  return nat([...rules, END]);
}

/** Chain after chain, each called by the one before. */
function jumps(many: number, seed: number): string {
  const names = Array.from({ length: many }, (_, i) => `C${i}`);
  const rules = names.flatMap((name, i) => [
    `-A ${name} -p tcp -m tcp --dport ${1000 + ((i * seed) % 60_000)} -j RETURN`,
    `-A ${name} -p tcp -j ${names[i + 1] ?? 'RETURN'}`,
  ]);
  return nat(['-A OUTPUT -j C0', ...rules], names);
}

/** Each chain calls the next one twice: a packet meets the last one 2^n times. */
function ladder(many: number, seed: number): string {
  const names = Array.from({ length: many }, (_, i) => `C${i}`);
  const rules = names.flatMap((name, i) => {
    const next = names[i + 1];
    return next === undefined
      ? [`-A ${name} -d 10.0.0.${seed}/32 -p tcp -j ACCEPT`]
      : [`-A ${name} -j ${next}`, `-A ${name} -p tcp -m tcp --dport ${1000 + i} -j ${next}`, `-A ${name} -j ${next}`];
  });
  return nat(['-A OUTPUT -j C0', ...rules], names);
}

/** The same, and the last one counts in the mark. */
function markingLadder(many: number, seed: number): string {
  const text = ladder(many, seed).replace(/^\*nat[\s\S]*?POSTROUTING.*\n/, '');
  const carry = [7, 6, 5, 4, 3, 2, 1].map((bit) => {
    const lower = (1 << bit) - 1;
    const all = lower | (1 << bit);
    return `-A C${many - 1} -m mark --mark 0x${lower.toString(16)}/0x${lower.toString(16)} -j MARK --set-xmark 0x${all.toString(16)}/0x0`;
  });
  const looks = Array.from({ length: 8 }, (_, i) => `-A POSTROUTING -m mark --mark 0x${(i * seed * 29) % 256} -j DROP`);
  return (
    nat([], [], 'mangle').replace('COMMIT\n', '') +
    text.replace('COMMIT', [...carry, `-A C${many - 1} -j MARK --set-xmark 0x1/0x0`, ...looks, 'COMMIT'].join('\n'))
  );
}

function ring(many: number, seed: number): string {
  const names = Array.from({ length: many }, (_, i) => `C${i}`);
  const rules = names.flatMap((name, i) => [
    `-A ${name} -p tcp -j C${(i + 1) % many}`,
    `-A ${name} -j C${(i + seed) % many}`,
  ]);
  return nat(['-A OUTPUT -j C0', ...rules], names);
}

/** Zones that are assigned before connection tracking: every rule may be the first. */
function zones(many: number, seed: number): string {
  const rules = Array.from(
    { length: many },
    (_, i) => `-A OUTPUT -p udp -m udp --dport ${1000 + i} -j CT --zone ${1 + ((i + seed) % 50)}`,
  );
  return nat(rules, [], 'raw');
}

function verdicts(many: number, seed: number): string {
  const rules = Array.from(
    { length: many },
    (_, i) =>
      `-A OUTPUT -d ${cidr(i)} -p tcp -j DNAT --to-destination 172.${16 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}:${1000 + seed}`,
  );
  return nat(rules);
}

function owners(many: number, seed: number): string {
  const rules = Array.from(
    { length: many },
    (_, i) =>
      `-A OUTPUT -p tcp -m tcp --dport ${1000 + ((i * seed * 7) % 60_000)} -m owner --uid-owner ${i} --gid-owner ${(i * 31) % many} -j ACCEPT`,
  );
  return nat([...rules, END]);
}

/** Zones at the end of chains that call each other twice. */
function zoneLadder(many: number, seed: number): string {
  const [head = '', ...rest] = ladder(many, seed).split('\n');
  const rules = rest.filter((line) => !/^:(INPUT|POSTROUTING)/.test(line) && line !== 'COMMIT');
  const zone = (i: number) => `-A C${many - 1} -p tcp -m tcp --sport ${1000 + i} -j CT --zone ${i + seed}`;
  return [head.replace('nat', 'raw'), ...rules, ...[1, 2, 3].map(zone), 'COMMIT', ''].join('\n');
}

function interfaces(many: number, seed: number): string {
  const rules = Array.from({ length: many }, (_, i) => `-A OUTPUT -o veth${i * seed} -p tcp -j ACCEPT`);
  return nat([...rules, END]);
}

/** Names that begin as others do. */
function wildcards(many: number, seed: number): string {
  const name = (i: number) => i.toString(2).replaceAll('0', 'a').replaceAll('1', 'b');
  const rules = Array.from(
    { length: many },
    (_, i) => `-A OUTPUT -o ${name(i + seed)}+ -p tcp -m tcp --dport ${1000 + i} -j ACCEPT`,
  );
  return nat([...rules, END]);
}

/** Marks that go to the connection and come back. */
function savedMarks(many: number, seed: number): string {
  const roll = dice(seed);
  const rules = Array.from({ length: many }, (_, i) => {
    const port = `-p tcp -m tcp --dport ${1000 + roll(many)}`;
    const bit = (1 << (i % 8)).toString(16);
    const targets = [
      `MARK --set-xmark 0x${bit}/0x${bit}`,
      'CONNMARK --save-mark --nfmask 0xff --ctmask 0xff',
      'CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff',
    ];
    return `-A OUTPUT ${port} -m connmark ! --mark 0x${bit}/0x${bit} -j ${targets[roll(3)]}`;
  });
  return nat(rules, [], 'mangle');
}

/** The same rules in a chain of Istio's. */
function inLayout(text: string): string {
  return text
    .replaceAll('-A OUTPUT ', '-A ISTIO_OUTPUT ')
    .replace(/(:OUTPUT.*\n(?::.*\n)*)/, '$1:ISTIO_OUTPUT - [0:0]\n-A OUTPUT -p tcp -j ISTIO_OUTPUT\n');
}
