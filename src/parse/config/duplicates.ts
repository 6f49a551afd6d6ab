/**
 * The keys that occur more than once in the outermost object of a JSON text, which JSON.parse would silently drop.
 * The text must be valid JSON.
 */
export function duplicateKeys(json: string): string[] {
  const seen = new Set<string>();
  const duplicates = new Set<string>();
  for (const key of topLevelKeys(json)) {
    if (seen.has(key)) duplicates.add(key);
    seen.add(key);
  }
  return [...duplicates];
}

function* topLevelKeys(json: string): Generator<string> {
  let depth = 0;
  for (let position = 0; position < json.length; position += 1) {
    const character = json[position];
    if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    else if (character === '"') {
      const end = endOfString(json, position);
      if (depth === 1 && isFollowedByColon(json, end)) yield String(JSON.parse(json.slice(position, end)));
      position = end - 1;
    }
  }
}

/** The position after the closing quote. */
function endOfString(json: string, start: number): number {
  let position = start + 1;
  while (position < json.length && json[position] !== '"') position += json[position] === '\\' ? 2 : 1;
  return position + 1;
}

function isFollowedByColon(json: string, start: number): boolean {
  let position = start;
  while (/\s/.test(json[position] ?? '')) position += 1;
  return json[position] === ':';
}
