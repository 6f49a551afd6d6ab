import type { FileReader } from '../collect/files.ts';
import { isListener } from '../model/socket.ts';
import type { Facts } from '../observe/facts.ts';
import { parseNameServers } from '../parse/resolver.ts';

/** No more files of other processes than this are tried. */
const MOST_TRIED = 8;

/** The name servers of the pod, and a remark where the file here is another's and the pod's cannot be read. */
export async function podResolvers(
  facts: Facts,
  files: Pick<FileReader, 'read'>,
): Promise<{ readonly resolvers: readonly string[]; readonly notes: readonly string[] }> {
  if (isOwnFile(facts)) return { resolvers: facts.resolvers, notes: [] };
  // Behind nsenter the files are the node's; those of a process in the pod are under its root.
  for (const pid of listeningProcesses(facts).slice(0, MOST_TRIED)) {
    const content = await files.read(`/proc/${pid}/root/etc/resolv.conf`);
    const resolvers = 'text' in content ? parseNameServers(content.text) : [];
    if (resolvers.length > 0) return { resolvers, notes: [] };
  }
  return {
    resolvers: [],
    notes: ['no resolver is asked: /etc/resolv.conf here may be that of the node, not of the pod.'],
  };
}

/** Whether we run in a container of the pod: by its variables and annotations, or because its first process is here. */
function isOwnFile({ environment, annotations, isAmongOwnFiles }: Facts): boolean {
  return isAmongOwnFiles === true || Object.keys({ ...environment, ...annotations }).length > 0;
}

function listeningProcesses({ pod }: Facts): number[] {
  const pids = (pod.sockets ?? []).filter(isListener).flatMap(({ process }) => process?.pid ?? []);
  return [...new Set(pids)];
}
