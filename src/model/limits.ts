/**
 * How much is read of anything that somebody else wrote, and how many things in it are kept. Real nodes stay far below:
 * what kube-proxy writes for tens of thousands of services is answered. What is beyond is "could not look", said before
 * memory and time are spent. How long rules may be followed is in `evaluate/symbolic/limits.ts`.
 */
export const INPUT_LIMITS = {
  /** Of all `--rules` texts together: 250,000 rules with the comments of kube-proxy. */
  rulesBytes: 48 * 1024 * 1024,
  /** `--rules` on one command line: a pod gives four texts, its namespace in several forms perhaps ten. */
  rulesFiles: 64,
  /** Saved output of ss: twice as many sockets as are kept, with all that `-e -p -i` prints of each. */
  socketsBytes: 48 * 1024 * 1024,
  /** A configuration has some kilobytes; 20,000 elements in each of its lists have two megabytes. */
  configBytes: 4 * 1024 * 1024,
  /** Of a file of suppressions: as many as are read, with a long comment each. */
  suppressionBytes: 128 * 1024,
  /** Entries of one file of suppressions: whoever has more has hidden what the program is for. */
  suppressions: 500,
  /** What one tool prints: nft's JSON takes three times as much as its text. */
  outputBytes: 64 * 1024 * 1024,
  /** What a tool prints about routing and addresses: 100,000 routes. */
  routingBytes: 8 * 1024 * 1024,
  /** The kernel's list of sockets of one protocol: 150 bytes for each of so many as are kept. */
  kernelListBytes: 32 * 1024 * 1024,
  /** Any other live file: the API server takes 256 KiB of annotations, and a process has at most 65,536 groups. */
  liveFileBytes: 1024 * 1024,
  /** A packet has 300 bytes as JSON. */
  packetBytes: 64 * 1024,
  /** A line of packets that is still going on after this much will not end. */
  endlessLineBytes: 64 * 1024 * 1024,

  /** The longest rule that iptables-restore has been seen to get has a tenth of that. */
  lineBytes: 1024 * 1024,
  /** A rule with every match that there is has a hundred words; each is kept while the line is read. */
  wordsOfRule: 10_000,
  /** Lines that are no rules cost little, but not nothing. */
  lines: 2_000_000,
  /** iptables has five tables; several dumps of a node in one text have some dozens, nftables may have hundreds. */
  tables: 1_000,
  /** Three chains for each of 40,000 services. */
  chains: 150_000,
  /** Rules of one text: each takes a kilobyte, what is found out about it included. */
  rules: 250_000,
  /** In one of Istio's own chains: twice the longest list of exclusions that can be compared in time and memory. */
  istioRules: 50_000,
  /** Text for iptables-restore may put rules in front of others, and each moves those behind it. */
  inserted: 20_000,
  /** Named sets and maps. */
  sets: 100_000,
  /** Elements of all sets of a listing. */
  elements: 200_000,
  /** What stands between the commas of a JSON listing: twenty for a rule, one for an element of a set. */
  values: 3_000_000,
  /** Objects within objects: nft's stay below twenty. */
  depth: 100,
  /** Nodes proxy 20,000 connections; pairing takes memory for each. */
  sockets: 100_000,
  /** Elements of one list of a configuration. */
  configElements: 20_000,
  /** Keys of a configuration file: it has some thirty, each at most once. */
  configKeys: 1_000,
  /** Of a configuration. */
  configErrors: 20,
  /** How many complaints about one text are kept: more of the same says nothing new. */
  told: 200,

  /** A pipe that nobody writes to, and one that stays silent in the middle. */
  silenceSeconds: 10,
  /** A pipe that somebody writes to slowly. */
  inputSeconds: 60,
  /** All tools together; a tool alone gets five. */
  collectSeconds: 6,
} as const;

/** A size as people read it. */
export function inMebibytes(bytes: number): string {
  const size = bytes / 1024 / 1024;
  return size >= 1 ? `${Math.round(size)} MiB` : `${Math.round(bytes / 1024)} KiB`;
}

/** Digits in groups of three. */
export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}
