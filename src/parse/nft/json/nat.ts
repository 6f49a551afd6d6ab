import type { NatStatement, Statement } from '../syntax.ts';
import { jsonExpression } from './expression.ts';
import { asObject, type Json, type JsonObject, member, stringMember, stringsMember } from './value.ts';

const FLAGS: ReadonlySet<string> = new Set(['random', 'fully-random', 'persistent']);

/** redirect, masquerade, dnat, snat; null for maps and address arithmetic (`netmap`), which the model has no form for. */
export function jsonNat(action: NatStatement['action'], json: Json): Statement | null {
  const object = asObject(json);
  const goal = goalOf(object);
  const flags = stringsMember(object, 'flags');
  if (goal === null || flags.some((flag) => !FLAGS.has(flag)) || member(object, 'type_flags') !== undefined)
    return null;
  return { kind: 'nat', action, family: stringMember(object, 'family'), ...goal, flags };
}

/** A tproxy statement. */
export function jsonTproxy(json: Json): Statement | null {
  const object = asObject(json);
  const goal = goalOf(object);
  return goal && { kind: 'tproxy', family: stringMember(object, 'family'), ...goal };
}

function goalOf(object: JsonObject | null): { address: string | null; port: string | null } | null {
  const address = plain(member(object, 'addr'));
  const port = plain(member(object, 'port'));
  return address === undefined || port === undefined ? null : { address, port };
}

/** The text of a plain value or range; null when absent, undefined when it is anything else. */
function plain(json: Json): string | null | undefined {
  if (json === undefined) return null;
  const expression = jsonExpression(json);
  return expression.kind === 'value' ? expression.text : undefined;
}
