/** The name servers of a resolv.conf, in order, as resolv.conf(5) has them; scopes are left out. */
export function parseNameServers(text: string): string[] {
  return [...text.matchAll(/^[ \t]*nameserver[ \t]+([0-9a-fA-F.:]+)(?:%\S+)?[ \t]*$/gm)].flatMap(
    ([, address]) => address ?? [],
  );
}
