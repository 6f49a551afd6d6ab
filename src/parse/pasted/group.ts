import type { Section } from './sections.ts';
import type { Kind } from './starts.ts';

/** Sections that one parser reads as one text. */
export interface Group {
  readonly kind: Kind | null;
  readonly sections: Section[];
}

/**
 * Sections by parser. Listings of iptables and of nft say more together: the tables of one run belong to one family, and
 * what stands between them may name it. Where nothing is the output of a tool, all is one text.
 */
export function grouped(sections: readonly Section[]): Group[] {
  const groups: Group[] = [];
  const open = new Map<string, Group>();
  for (const section of sections) {
    const { kind, command, stream } = section;
    if (kind === null && command !== null) continue;
    const key = `${kind ?? 'iptables'} ${stream}`;
    const before = kind === null || kind === 'iptables' || kind === 'nft' ? open.get(key) : undefined;
    if (before !== undefined && !printsOther(section)) before.sections.push(section);
    else {
      const group = { kind: kind ?? 'iptables', sections: [section] };
      open.set(key, group);
      groups.push(group);
    }
  }
  const found = groups.filter((group) => group.sections.some(({ kind }) => kind !== null));
  return found.length > 0 ? found : [{ kind: null, sections: [...sections] }];
}

/** Rules out of a file, or from a program that is not known: they are not the rest of the listing before them. */
function printsOther({ kind, command }: Section): boolean {
  return kind === 'iptables' && command !== null && !/tables/.test(command.argv[0] ?? '');
}
