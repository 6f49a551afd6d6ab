import { type Conditions, levelOf } from './conditions.ts';
import { FALSE, type Node } from './diagram.ts';
import { atomCount } from './domain.ts';
import { TooComplex } from './limits.ts';

/** Whose packets fare alike. */
export interface OwnerGroup {
  /** TRUE for packets of these owners. */
  readonly owners: Node;
  /** Whether they are the proxy. */
  readonly proxy: boolean;
}

/** Ids that count as the proxy's own: a packet of one of them, by uid or gid, is the proxy's. */
export interface ProxyIds {
  readonly uids: readonly number[];
  readonly gids: readonly number[];
}

/** More owners that all fare differently would not make a readable table. */
const MOST_GROUPS = 1024;

/**
 * The owners of packets in groups that fare alike: the packets of one are treated as those of another of its group are,
 * whatever their other fields. The proxy is always apart. Without owners (PREROUTING) there is one group.
 */
export function ownerGroups(conditions: Conditions, fates: Node, proxy: ProxyIds): OwnerGroup[] {
  const { diagrams, domain } = conditions;
  const isProxy = (field: 'uid' | 'gid') => {
    const atoms = new Set(proxy[`${field}s`].map((id) => domain[field].atom(BigInt(id))));
    return (atom: number) => atoms.has(atom);
  };
  const groups = new Map<string, OwnerGroup>();
  const add = (fate: Node, owners: Node, ofProxy: boolean) => {
    if (fate === FALSE) return;
    const key = `${fate} ${ofProxy}`;
    groups.set(key, { owners: diagrams.or(groups.get(key)?.owners ?? FALSE, owners), proxy: ofProxy });
  };
  const socket = (atom: number) => conditions.atoms('socket', [[atom, atom]]);
  add(without(conditions, diagrams.assign(fates, levelOf('socket'), 0)), socket(0), false);
  const withSocket = diagrams.assign(fates, levelOf('socket'), 1);
  const uids = alike(conditions, withSocket, 'uid', isProxy('uid'));
  for (const uid of uids) {
    const ofUid = diagrams.assign(withSocket, levelOf('uid'), uid.atoms[0] ?? 0);
    for (const gid of alike(conditions, ofUid, 'gid', isProxy('gid'))) {
      const fate = diagrams.assign(ofUid, levelOf('gid'), gid.atoms[0] ?? 0);
      const ids = diagrams.and(ranges(conditions, 'uid', uid.atoms), ranges(conditions, 'gid', gid.atoms));
      add(fate, diagrams.and(socket(1), ids), uid.proxy || gid.proxy);
      if (groups.size > MOST_GROUPS) throw new TooComplex('the rules tell too many owners apart');
    }
  }
  return [...groups.values()];
}

/** A packet of no socket has the first uid and gid. */
function without({ diagrams }: Conditions, fates: Node): Node {
  return diagrams.assign(diagrams.assign(fates, levelOf('uid'), 0), levelOf('gid'), 0);
}

interface Alike {
  readonly atoms: number[];
  readonly proxy: boolean;
}

/** The atoms of an id in groups whose packets fare alike. */
function alike(
  { diagrams, domain }: Conditions,
  fates: Node,
  field: 'uid' | 'gid',
  isProxy: (atom: number) => boolean,
): Alike[] {
  const groups = new Map<string, Alike>();
  for (let atom = 0; atom < atomCount(domain, field); atom += 1) {
    const proxy = isProxy(atom);
    const key = `${diagrams.assign(fates, levelOf(field), atom)} ${proxy}`;
    const known = groups.get(key);
    if (known) known.atoms.push(atom);
    else groups.set(key, { atoms: [atom], proxy });
  }
  return [...groups.values()];
}

function ranges(conditions: Conditions, field: 'uid' | 'gid', atoms: readonly number[]): Node {
  return conditions.atoms(
    field,
    atoms.map((atom): [number, number] => [atom, atom]),
  );
}
