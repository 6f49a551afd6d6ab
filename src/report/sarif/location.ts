import type { Location } from 'sarif';
import type { Family } from '../../model/family.ts';
import { escapeText } from '../escape.ts';
import type { FileLine, Spot } from '../places.ts';

/** Where a result is: a line of a file that the user named, and the rule. None where neither is known. */
export function locations(where: FileLine | null, spot: Spot | undefined, family: Family | undefined): Location[] {
  if (where === null && spot === undefined) return [];
  return [
    {
      ...(where && { physicalLocation: { artifactLocation: { uri: uriOf(where.file) }, ...region(where) } }),
      ...(spot && { logicalLocations: [logical(spot, family)] }),
    },
  ];
}

function region({ line }: FileLine) {
  return line === undefined ? {} : { region: { startLine: line } };
}

function logical({ table, chain, index }: Spot, family: Family | undefined) {
  const path = [...(family === undefined ? [] : [family]), table, chain, ...(index === undefined ? [] : [index])];
  return { name: escapeText(chain), fullyQualifiedName: escapeText(path.join('/')), kind: 'chain' };
}

/** A path as a reference: relative ones stay so, and are resolved where the log is read. */
function uriOf(file: string): string {
  const path = escapeText(file).split('/').map(encodeURIComponent).join('/');
  return file.startsWith('/') ? `file://${path}` : path;
}
