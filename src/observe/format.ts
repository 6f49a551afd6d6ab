/** What a text is, as far as it takes to choose its parser. */
export type TextFormat = 'empty' | 'nft' | 'sockets' | 'iptables';

/** How far into a text its form shows: an istio-init log may put a good deal in front of its save. */
const LOOKED_AT = 1024 * 1024;

const NFT_TABLE = /^[ \t]*table (?:ip|ip6|inet|arp|bridge|netdev) \S+ \{/m;
const SS_HEADER = /^(?:Netid[ \t]+)?State[ \t]+Recv-Q[ \t]*Send-Q/m;
const SS_SOCKET =
  /^(?:[a-z][a-z0-9_]*[ \t]+)?(?:LISTEN|ESTAB|UNCONN|TIME-WAIT|CLOSE-WAIT|SYN-SENT|SYN-RECV)[ \t]*\d+[ \t]+\d+[ \t]+\S+:/m;

/**
 * The form of a text. Everything that is neither nft's nor ss's goes to the parser of iptables, which tells its own
 * forms apart and says what is wrong with text that is none of them.
 */
export function formatOf(text: string): TextFormat {
  const start = text.slice(0, LOOKED_AT);
  if (start.trim() === '') return 'empty';
  if (/^\s*\{/.test(start) || NFT_TABLE.test(start)) return 'nft';
  if (SS_HEADER.test(start) || SS_SOCKET.test(start)) return 'sockets';
  return 'iptables';
}
