/** The names that nft gives to hook priorities of the IP families (include/linux/netfilter_ipv4.h). */
const PRIORITIES: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
};

/** The number of `-100`, `mangle`, `mangle + 7` or `filter - 3`; null when it is none of them. */
export function parsePriority(text: string): number | null {
  if (/^-?[0-9]{1,10}$/.test(text)) return Number(text);
  const found = /^([a-z]+)(?: ?([+-]) ?([0-9]{1,10}))?$/.exec(text);
  const name = found?.[1] ?? '';
  if (!found || !Object.hasOwn(PRIORITIES, name)) return null;
  const offset = Number(found[3] ?? 0);
  return (PRIORITIES[name] ?? 0) + (found[2] === '-' ? -offset : offset);
}
