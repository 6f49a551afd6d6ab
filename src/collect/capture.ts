import type { Family } from '../model/family.ts';
import type { FileContent } from './files.ts';
import type { CommandResult } from './runner.ts';
import type { SocketHolder } from './socket-owners.ts';

/** Where the kernel lists the legacy tables of a network namespace, one per line. Reading it creates none. */
export const TABLE_NAMES: Readonly<Record<Family, string>> = {
  ipv4: '/proc/net/ip_tables_names',
  ipv6: '/proc/net/ip6_tables_names',
};

/** What a command of a capture was asked for. */
export type Question =
  | 'legacy-save-ipv4'
  | 'legacy-save-ipv6'
  | 'legacy-counted-ipv4'
  | 'legacy-counted-ipv6'
  | 'nft-save-ipv4'
  | 'nft-save-ipv6'
  /** One chain each; asked only where the save lacks a table. */
  | 'nft-chain-ipv4'
  | 'nft-chain-ipv6'
  | 'nft-ruleset'
  | 'nft-ruleset-json'
  | 'sockets-earlier'
  | 'sockets'
  /** With options that older versions of ss do not have; it fails there, and nothing else depends on it. */
  | 'listeners'
  | 'rules-ipv4'
  | 'rules-ipv6'
  | 'routes-ipv4'
  | 'routes-ipv6'
  | 'addresses';

/** A command that was run to answer a question. */
export interface Answer {
  readonly question: Question;
  readonly result: CommandResult;
}

/** A file that was read for a capture. */
export interface CapturedFile {
  readonly path: string;
  readonly content: FileContent;
}

/**
 * Everything a check reads of one network namespace, as raw text: nothing is parsed, nothing is judged, and it can be
 * written as JSON and read back. Where a question has several answers, each is a further way that was tried because
 * the one before it did not exist; the last one counts.
 */
export interface Capture {
  readonly answers: readonly Answer[];
  readonly files: readonly CapturedFile[];
  /** The kernel's lists of TCP sockets as they were before `sockets`; none where `sockets-earlier` was asked. */
  readonly earlierFiles?: readonly CapturedFile[];
  /** Who held the sockets just before `files` has them; only where ss gave no answer. */
  readonly holders?: readonly SocketHolder[];
  /** Process 1 is in the network namespace that was looked at, so the files around it are the pod's. */
  readonly isFirstProcessHere?: boolean;
  /** The variables that say how the pod was meant to be captured; nothing else of the environment is taken. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The answer that counts for a question, or null when it was not asked. */
export function answerTo(capture: Capture, question: Question): CommandResult | null {
  return capture.answers.findLast((answer) => answer.question === question)?.result ?? null;
}

/** The answers to a question that is asked of several things. */
export function answersTo(capture: Capture, question: Question): readonly CommandResult[] {
  return capture.answers.filter((answer) => answer.question === question).map(({ result }) => result);
}

/** The content of a file of the capture, or null when it was not asked for. */
export function capturedFile(capture: Capture, path: string): FileContent | null {
  return capture.files.find((file) => file.path === path)?.content ?? null;
}
