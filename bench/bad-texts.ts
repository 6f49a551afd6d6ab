/** Texts that are far larger, or far more of one thing, than any pod has. Each is written with a size of its own. */

/** So many lines, each made from its number. */
function lines(count: number, line: (number: number) => string): string {
  return Array.from({ length: count }, (_, number) => line(number)).join('\n');
}

const HOOKS = ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'].map((name) => `:${name} ACCEPT [0:0]`).join('\n');

/** A nat table as iptables-save prints it. */
export function nat(body: string, hooks = HOOKS): string {
  return `*nat\n${hooks}\n${body}\nCOMMIT\n`;
}

/** Tables that nobody has, one a line: `*t0`, `*t1`, … */
export function savedTables(count: number): string {
  return `${lines(count, (number) => `*t${number}`)}\n`;
}

/** Tables with an end each. */
export function closedTables(count: number): string {
  return `${lines(count, (number) => `*t${number}\nCOMMIT`)}\n`;
}

/** Chains of kube-proxy, each with a rule. */
export function savedChains(count: number): string {
  const declared = lines(count, (number) => `:KUBE-SVC-${number} - [0:0]`);
  return nat(
    `${declared}\n${lines(count, (number) => `-A KUBE-SVC-${number} -j KUBE-MARK-MASQ`)}`,
    `${HOOKS}\n:KUBE-MARK-MASQ - [0:0]`,
  );
}

/** Exclusions of one chain. */
export function savedRules(count: number): string {
  const rule = (number: number) =>
    `-A ISTIO_OUTPUT -d 10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}/32 -j RETURN`;
  return nat(`-A OUTPUT -p tcp -j ISTIO_OUTPUT\n${lines(count, rule)}`, `${HOOKS}\n:ISTIO_OUTPUT - [0:0]`);
}

/** Each chain jumps to the next one twice: a packet may go two to the power of so many ways. */
export function doubledChains(count: number): string {
  const jumps = lines(
    count,
    (number) =>
      `-A C${number} -p tcp -j C${number + 1}\n-A C${number} -m mark --mark 0x${(number + 1).toString(16)} -j C${number + 1}`,
  );
  const declared = lines(count + 1, (number) => `:C${number} - [0:0]`);
  return nat(`-A OUTPUT -j C0\n${jumps}`, `${HOOKS}\n${declared}`);
}

/** Rules that iptables would refuse. */
export function refusedRules(count: number): string {
  return nat(lines(count, (number) => `-A OUTPUT --bogus ${number} -j ACCEPT`));
}

/** Rules in chains that no line declares, to chains that do not exist. */
export function undeclaredChains(count: number): string {
  return nat(lines(count, (number) => `-A LOST${number} -j GONE${number}`));
}

/** One rule with so many modules. */
export function manyModules(count: number): string {
  return nat(`-A OUTPUT ${'-m tcp '.repeat(count)}-j ACCEPT`);
}

/** One rule whose lists of addresses stand for the square of so many rules, on so many lines. */
export function addressLists(lists: number, count: number): string {
  const list = Array.from({ length: lists }, (_, number) => `10.0.${number >> 8}.${number & 255}`).join(',');
  return nat(lines(count, () => `-A OUTPUT -s ${list} -d ${list} -j ACCEPT`));
}

/** Rules put in front of each other, as text for iptables-restore may have them. */
export function insertedRules(count: number): string {
  return nat(lines(count, (number) => `-I OUTPUT 1 -p tcp --dport ${number & 65535} -j ACCEPT`));
}

/** A table of nftables with a named set of ports or addresses that a rule names. */
export function namedSet(count: number, rules = 1): string {
  const elements = Array.from(
    { length: count },
    (_, number) => `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`,
  ).join(', ');
  const set = `\tset s {\n\t\ttype ipv4_addr\n\t\telements = { ${elements} }\n\t}`;
  return `table inet x {\n${set}\n\tchain output {\n\t\ttype nat hook output priority -100; policy accept;\n${lines(rules, (number) => `\t\tip daddr @s tcp dport ${number + 1} accept`)}\n\t}\n}\n`;
}

/** The same as JSON. */
export function namedSetJson(count: number): string {
  const elem = Array.from(
    { length: count },
    (_, number) => `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`,
  );
  const [family, table] = ['inet', 'x'];
  const place = { family, table, chain: 'output' };
  const match = { match: { op: '==', left: { payload: { protocol: 'ip', field: 'daddr' } }, right: '@s' } };
  return JSON.stringify({
    nftables: [
      { table: { family, name: table } },
      { set: { family, table, name: 's', type: 'ipv4_addr', elem } },
      { chain: { family, table, name: 'output', type: 'nat', hook: 'output', prio: -100, policy: 'accept' } },
      { rule: { ...place, expr: [match, { accept: null }] } },
    ],
  });
}

/** Chains of nftables. */
export function nftChains(count: number): string {
  return `table inet x {\n${lines(count, (number) => `\tchain c${number} {\n\t\ttcp dport ${number & 65535} accept\n\t}`)}\n}\n`;
}

/** Sets of nftables. */
export function nftSets(count: number): string {
  return `table inet x {\n${lines(count, (number) => `\tset s${number} {\n\t\ttype inet_service\n\t}`)}\n}\n`;
}

/** Tables of nftables. */
export function nftTables(count: number): string {
  return `${lines(count, (number) => `table inet t${number} {\n}`)}\n`;
}

/** An array of JSON in an array in an array … */
export function nestedJson(depth: number): string {
  return `{"nftables": ${'['.repeat(depth)}${']'.repeat(depth)}}`;
}

/** Elements of a listing that nft would not print. */
export function strangeElements(count: number): string {
  return `{"nftables": [${lines(count, () => '{"x":{},"y":1},')}{}]}`;
}

/** Rules of a JSON listing. */
export function jsonRules(count: number): string {
  const place = '"family":"inet","table":"x","chain":"output"';
  const match = (port: number) =>
    `{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":${port}}}`;
  const rule = (number: number) => `{"rule":{${place},"expr":[${match(number & 65535)},{"accept":null}]}}`;
  const base =
    '{"chain":{"family":"inet","table":"x","name":"output","type":"nat","hook":"output","prio":-100,"policy":"accept"}}';
  return `{"nftables": [{"table":{"family":"inet","name":"x"}},${base},${Array.from({ length: count }, (_, number) => rule(number)).join(',')}]}`;
}

/** Sockets as `ss -Htunaep` prints them. */
export function sockets(count: number): string {
  const socket = (number: number) =>
    `tcp ESTAB 0 0 10.0.${(number >> 8) & 255}.${number & 255}:${1024 + (number % 60_000)} 10.1.0.1:443 users:(("app",pid=${number % 30_000},fd=9)) uid:1000 ino:${number} sk:1`;
  return `${lines(count, socket)}\n`;
}

/** Routing rules as `ip rule` prints them. */
export function routingRules(count: number): string {
  return `${lines(count, (number) => `${number}:\tfrom all fwmark 0x${number.toString(16)} lookup 133`)}\n`;
}

/** Routes as `ip route show table all` prints them. */
export function routes(count: number): string {
  return `${lines(count, (number) => `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255} dev eth0 table ${number % 1000}`)}\n`;
}

/** Interfaces with an address each, as `ip addr` prints them. */
export function addresses(count: number): string {
  return `${lines(count, (number) => `${number + 1}: eth${number}: <UP> mtu 1500\n    inet 10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}/32 scope global eth${number}`)}\n`;
}

/** Rules that each name another interface. */
export function interfaceRules(count: number): string {
  return nat(lines(count, (number) => `-A PREROUTING -i veth${number.toString(36)} -p tcp -j ACCEPT`));
}
