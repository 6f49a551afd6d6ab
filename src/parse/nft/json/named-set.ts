import { type DraftElement, listedSet } from '../named-set.ts';
import type { ListedSet } from '../syntax.ts';
import { jsonExpression } from './expression.ts';
import { asObject, type Json, type JsonObject, member, onlyMember, stringMember, stringsMember } from './value.ts';

/** A named set of a JSON listing. */
export function jsonSet(name: string, object: JsonObject): ListedSet {
  const elements = member(object, 'elem') ?? [];
  const known = Array.isArray(elements) ? elements : null;
  return listedSet({
    name,
    type: stringsMember(object, 'type').join(' . '),
    flags: stringsMember(object, 'flags'),
    comment: stringMember(object, 'comment'),
    elements: known === null ? null : known.map(draftElement),
    expires: member(object, 'timeout') !== undefined || (known ?? []).some(isTimed),
  });
}

/** What an element carries besides its value stands around it: `{"elem": {"val": …, "comment": …}}`. */
function wrapping(json: Json): JsonObject | null {
  const only = onlyMember(json);
  return only?.name === 'elem' ? asObject(only.json) : null;
}

function draftElement(json: Json): DraftElement {
  const around = wrapping(json);
  return { value: jsonExpression(json), comment: around && stringMember(around, 'comment') };
}

function isTimed(json: Json): boolean {
  const around = wrapping(json);
  return member(around, 'timeout') !== undefined || member(around, 'expires') !== undefined;
}
