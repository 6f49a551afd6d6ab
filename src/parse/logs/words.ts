import type { LogRecord } from './records.ts';

/** A tool of iptables that speaks of itself, with its version and variant. What saves rules changes none. */
const TOOL =
  /\b(?:ip6?tables|xtables)(?:-nft|-legacy|-nft-multi|-legacy-multi)?(?:-restore)?(?: v?\d[\d.]*)?(?: \((?:legacy|nf_tables)\))?: ?(?!\s*#? ?Warning\b)\S/i;

/** What the tools and Istio say of rules that were not taken, with nothing in front that tells who says it. */
const REFUSALS: readonly RegExp[] = [
  /\bxtables (?:other|parameter|version|resource) problem\b/,
  /\b(?:RULE|CHAIN|TABLE|SET)_[A-Z_]+ failed\b/,
  /(?:^|[\s:])line \d+ failed\b/,
  /\b(?:unable to|can't|cannot) initialize (?:ip6?tables )?table\b/,
  /\bCouldn't load (?:match|target)\b/,
  /\bcan't (?:open )?lock(?: file)?\b.*xtables/i,
  /\bmissing kernel module\?/,
  /\bhas no loaded kernel support\b/,
  /\(you must be root\)/,
  /\bError: Could not process rule\b/,
  /\bnftables run failed\b/i,
  /\biptables validation failed\b/i,
  /\bfailed to execute:?\s+\S*(?:ip6?tables|xtables|nft)\b/i,
  /\bcould not find (?:nftables|ip6?tables) binary\b/i,
  /\b(?:ip6?tables|nft)\S*: (?:command )?not found\b/,
];

/** Said of an error by the program itself: then less is enough to know that it is about rules. */
const OF_AN_ERROR: readonly RegExp[] = [
  /\b(?:ip6?tables|xtables|nftables|nft)\b.*\b(?:fail|error|exit status [1-9]|could not|cannot|unable|denied)/i,
  /\b(?:fail|error|could not|cannot|unable)\w*\b.*\b(?:ip6?tables|xtables|nftables|nft|netfilter)\b/i,
];
/** How a command ended; only where nothing was logged since a command was run that writes rules. */
const ENDED_BADLY = /\bexit status [1-9]\d*\b|\bexit code [1-9]\d*\b/i;

/** What sounds like it and is none: a tool that waits and goes on, one that was tried and not chosen, what only reads rules. */
const HARMLESS: readonly RegExp[] = [
  /currently holding the xtables lock; (?:still|waiting)/,
  /\bdid not find \(or cannot use\)/,
  /\bignoring\b/i,
  /\b(?:ip6?tables|xtables)\S*-save\b(?! binary)/,
  /tables? present, use\b|is incompatible, use\b|incompatible base-chains/,
];

/** How a Go program ends that gives up, whatever logger it has. */
const GIVES_UP = /^(?:.*\s)?(?:panic|Error|FATAL): /;

/** A rule, as commands and listings have it: what its comment says is said by nobody. */
const RULE = /(?:^|[\s"'>|│])-{1,2}(?:A|I|P|N|D|R|append|insert|new-chain)[ \t]+[A-Za-z_][\w-]*/;

/** Whether a line says that rules were not taken. `isAwaited`: a command that writes rules was run just before it. */
export function saysRefusal({ level, text }: LogRecord, isAwaited: boolean): boolean {
  if (level === 'debug' || level === 'info' || level === 'warn') return false;
  const said = text.slice(0, RULE.exec(text)?.index ?? text.length);
  if (HARMLESS.some((words) => words.test(said))) return false;
  if (REFUSALS.some((words) => words.test(said)) || TOOL.test(said)) return true;
  const isError = level === 'error' || GIVES_UP.test(said);
  if (!isError) return false;
  return OF_AN_ERROR.some((words) => words.test(said)) || (isAwaited && ENDED_BADLY.test(said));
}

/** Whether a text is about rules of Istio's at all: other programs log the same words of their own. */
export function isOfIstio(text: string): boolean {
  return /\bISTIO_[A-Z]|\bistio-(?:iptables|cni|init|proxy-|inbound|output)|PROXY_INBOUND_CAPTURE_PORT|Istio (?:ip|nf)tables|\bistio-validation\b|iptables validation failed/.test(
    text,
  );
}
