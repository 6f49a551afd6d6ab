import { parseAddress } from '../../../model/address.ts';
import type { Family } from '../../../model/family.ts';
import type { PortRange } from '../../../model/match.ts';
import type { MarkChange, Target } from '../../../model/target.ts';
import { renderExpression, renderSelector, renderStatement } from '../render.ts';
import type { Expression, NatStatement, Statement } from '../syntax.ts';
import type { Scene } from './condition.ts';
import { unsigned } from './intervals.ts';
import { assignMark, markForm, untangleTranslation } from './mark-arithmetic.ts';

/** The targets that a statement stands for; a statement that does nothing has none. */
export function buildTargets(statement: Exclude<Statement, { kind: 'match' }>, scene: Scene): Target[] {
  switch (statement.kind) {
    case 'verdict':
      return statement.verdict === 'continue' ? [] : [{ kind: statement.verdict }];
    case 'jump':
    case 'goto':
      return [{ kind: statement.kind, chain: statement.chain }];
    case 'nat':
      return [nat(statement, scene) ?? unknown(statement)];
    case 'tproxy':
      return [tproxy(statement, scene) ?? unknown(statement)];
    case 'assign':
      return assign(statement, scene) ?? [unknown(statement)];
    case 'notrack':
      return [{ kind: 'ct', notrack: true, rest: [] }];
    case 'reject':
      return [statement.reason === null ? { kind: 'reject' } : { kind: 'reject', with: statement.reason }];
    case 'pass':
      return statement.module === 'last' ? [] : [{ kind: 'continue', module: statement.module, args: statement.args }];
    case 'unknown':
      return [unknown(statement)];
    case 'counter':
    case 'comment':
    case 'test':
      return [];
  }
}

/** A statement that is kept as its text. */
export function unknown(...statements: readonly Statement[]): Target {
  return { kind: 'unknown', raw: statements.map(renderStatement).join(' ') };
}

/** The model has iptables' spelling of the flags. */
const FLAGS: Readonly<Record<string, string>> = {
  random: '--random',
  'fully-random': '--random-fully',
  persistent: '--persistent',
};

function nat(statement: NatStatement, scene: Scene): Target | null {
  const flags = statement.flags.map((flag) => FLAGS[flag] ?? flag);
  const ports = statement.port === null ? {} : { ports: portRange(statement.port) };
  if (ports.ports === null) return null;
  const range = ports.ports === undefined ? {} : { ports: ports.ports };
  if (statement.action === 'redirect' || statement.action === 'masquerade') {
    return statement.address === null ? { kind: statement.action, ...range, flags } : null;
  }
  if (statement.address === null) return { kind: statement.action, ...range, flags };
  const address = addressRange(statement.address, familyOf(statement.family, scene));
  return address && { kind: statement.action, address, ...range, flags };
}

function portRange(text: string): PortRange | null {
  const found = /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(text);
  const from = Number(found?.[1]);
  const to = Number(found?.[2] ?? found?.[1]);
  return found && from <= to && to <= 65535 ? { from, to } : null;
}

function addressRange(text: string, family: Family | null): { from: bigint; to: bigint; family: Family } | null {
  const dash = text.indexOf('-');
  const from = parseAddress(dash < 0 ? text : text.slice(0, dash));
  const to = dash < 0 ? from : parseAddress(text.slice(dash + 1));
  if (from === null || to === null || from.family !== to.family || from.value > to.value) return null;
  return family === null || family === from.family ? { from: from.value, to: to.value, family: from.family } : null;
}

/** The family a statement names, or that of the table, or null in an inet table. */
function familyOf(name: string | null, scene: Scene): Family | null {
  if (name !== null) return name === 'ip6' ? 'ipv6' : 'ipv4';
  return scene.family === 'inet' ? null : scene.family;
}

/**
 * nft's tproxy changes no mark (an assignment does), and does not end the chain: without a listening socket the rule
 * ends there, with one the next statement follows. Without a family in an inet table it takes both, which the model's
 * target cannot say.
 */
function tproxy(statement: Extract<Statement, { kind: 'tproxy' }>, scene: Scene): Target | null {
  const family = familyOf(statement.family, scene);
  const address = statement.address === null ? 0n : addressRange(statement.address, family)?.from;
  const port = statement.port === null ? { from: 0, to: 0 } : portRange(statement.port);
  const mark = tproxyMark(statement.mark ?? null);
  if (family === null || address === undefined || port === null || port.from !== port.to || !mark) return null;
  return { kind: 'tproxy', port: port.from, address, family, mark };
}

function tproxyMark(assigned: Expression | null): MarkChange | null {
  if (assigned === null) return { value: 0, mask: 0 };
  const form = markForm(assigned);
  return form?.connmark === 0 ? { value: form.constant, mask: ~form.mark >>> 0 } : null;
}

/** Fields whose assignment changes no verdict on this packet. */
const HARMLESS: ReadonlySet<string> = new Set([
  'meta nftrace',
  'meta priority',
  'meta pkttype',
  'ct helper',
  'ct event',
  'ct label',
  'ip dscp',
  'ip6 dscp',
  'ip ecn',
  'ip ttl',
  'ip6 hoplimit',
  'tcp option maxseg size',
]);

function assign(statement: Extract<Statement, { kind: 'assign' }>, scene: Scene): Target[] | null {
  const key = statement.selector.join(' ');
  if (key === 'meta mark' || key === 'ct mark') {
    const form = markForm(scene.family === 'inet' ? statement.value : untangleTranslation(statement.value));
    return form && assignMark(key === 'meta mark' ? 'mark' : 'connmark', form);
  }
  const zone = /^ct (?:(original|reply) )?zone$/.exec(key);
  if (zone) return assignZone(statement, zone[1]);
  if (!HARMLESS.has(key)) return null;
  const [module, ...field] = renderSelector(statement.selector).split(' ');
  const value = renderExpression(statement.value, statement.selector).split(' ');
  return [{ kind: 'continue', module: module ?? '', args: [...field, 'set', ...value] }];
}

function assignZone(statement: Extract<Statement, { kind: 'assign' }>, direction: string | undefined): Target[] | null {
  const zone = statement.value.kind === 'value' ? unsigned(statement.value.text) : null;
  if (zone === null || zone > 65535n) return null;
  const ct = { kind: 'ct' as const, notrack: false, zone: Number(zone), rest: [] };
  return [direction === 'original' || direction === 'reply' ? { ...ct, direction } : ct];
}
