import type { NamedSet, SetElement } from '../../model/named-set.ts';
import { identifier, oneLine, quoted } from './values.ts';

/** How many elements of a type nft 1.0.6 puts on a line; of all other types it is one. */
const ON_A_LINE: Readonly<Record<string, number>> = { ipv4_addr: 2, inet_service: 5, mark: 5, inet_proto: 5 };

/** Where the elements of a further line begin. */
const INDENT = '\n\t\t\t     ';

/** A named set as nft lists it; one whose elements are not known comes out without them. */
export function printSet({ name, type, flags, comment, elements }: NamedSet): string {
  const lines = [
    type.startsWith('typeof ') ? oneLine(type) : `type ${oneLine(type)}`,
    ...(flags.length > 0 ? [`flags ${flags.map(oneLine).join(',')}`] : []),
    ...(comment === undefined ? [] : [`comment ${quoted(comment)}`]),
    ...(elements === null || elements.length === 0 ? [] : [`elements = { ${printElements(elements, type)} }`]),
  ];
  return `\tset ${identifier(name)} {\n${lines.map((line) => `\t\t${line}\n`).join('')}\t}\n`;
}

function printElements(elements: readonly SetElement[], type: string): string {
  const onALine = Object.hasOwn(ON_A_LINE, type) ? (ON_A_LINE[type] ?? 1) : 1;
  return elements
    .map((element, position) => {
      const separator = position === 0 ? '' : position % onALine === 0 ? `,${INDENT}` : ', ';
      return `${separator}${printElement(element)}`;
    })
    .join('');
}

function printElement({ value, comment }: SetElement): string {
  return comment === undefined ? oneLine(value) : `${oneLine(value)} comment ${quoted(comment)}`;
}
