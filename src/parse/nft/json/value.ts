/** A value that JSON.parse returned. */
export type Json = unknown;

/** An object of a JSON document. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The value as an object, or null. Arrays do not count. */
export function asObject(json: Json): JsonObject | null {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? { ...json } : null;
}

/** A member of an object, own ones only (`__proto__` and its like are hostile names here). */
export function member(object: JsonObject | null, name: string): Json {
  return object !== null && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** A member that is a string, or null. */
export function stringMember(object: JsonObject | null, name: string): string | null {
  const found = member(object, name);
  return typeof found === 'string' ? found : null;
}

/** A member that is a number, or null. */
export function numberMember(object: JsonObject | null, name: string): number | null {
  const found = member(object, name);
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
}

/** The strings of a member that is one string or an array of them. */
export function stringsMember(object: JsonObject | null, name: string): string[] {
  const found = member(object, name);
  const list: readonly unknown[] = Array.isArray(found) ? found : [found];
  return list.filter((entry) => typeof entry === 'string');
}

/** The only member of an object with exactly one: nft wraps every statement and expression so. */
export function onlyMember(json: Json): { readonly name: string; readonly json: Json } | null {
  const object = asObject(json);
  if (object === null) return null;
  const names = Object.keys(object);
  const name = names[0];
  return names.length === 1 && name !== undefined ? { name, json: object[name] } : null;
}

/** A piece of JSON as text, for what stays unknown. JSON.parse takes deeper nesting than JSON.stringify. */
export function jsonText(json: Json): string {
  try {
    return JSON.stringify(json) ?? 'null';
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return '(nested too deeply)';
  }
}
