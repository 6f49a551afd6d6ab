import type { Family } from '../../model/family.ts';
import type { WriteFailure } from '../../model/write-failure.ts';
import { type Attempt, attemptOf, familySaid, podSaid } from './attempts.ts';
import { causeOf } from './cause.ts';
import { Handed } from './handed.ts';
import { type LogRecord, recordsOf } from './records.ts';
import { isOfIstio, saysRefusal } from './words.ts';

/** Lines of a log about one thing that went wrong: the tool's words, and those of the program that ran it. */
interface Complaint {
  readonly records: LogRecord[];
  /** What had been run last; null when the log begins with the complaint, or has lost the order of its lines. */
  readonly after: Attempt | null;
  readonly family: Family | null;
  readonly pod: string | null;
  rules: readonly string[];
  /** The program went on with the next command. */
  isPassed: boolean;
}

/** A log on the way through. */
interface Reading {
  readonly complaints: Complaint[];
  /** Complaints after which the same was run again, which nothing has yet shown to have gone well. */
  retried: Complaint[];
  readonly handed: Handed;
  last: Attempt | null;
  /** Nothing was logged since that was run, but that it went wrong. */
  isAwaited: boolean;
  /** The complaint that further lines may belong to. */
  open: Complaint | null;
  /** The pod that the log speaks of. */
  pod: string | null;
}

/**
 * What was to be written and was not, as a log says: the failures after which nothing shows that another attempt went
 * well. None for a text that is not about Istio.
 */
export function failuresIn(text: string, source: string): WriteFailure[] {
  if (!isOfIstio(text)) return [];
  const reading: Reading = {
    complaints: [],
    retried: [],
    handed: new Handed(),
    last: null,
    isAwaited: false,
    open: null,
    pod: null,
  };
  for (const record of recordsOf(text)) read(reading, record);
  return [...reading.complaints, ...reading.retried].map((complaint) => failureOf(source, complaint));
}

function read(reading: Reading, record: LogRecord): void {
  reading.handed.read(record.text);
  reading.pod = podSaid(record.text) ?? reading.pod;
  if (saysRefusal(record, reading.isAwaited)) {
    // What a program takes away before it begins need not have been there.
    if (reading.last?.removes !== true) complain(reading, record);
    return;
  }
  const attempt = attemptOf(record);
  reading.isAwaited = attempt === null ? reading.isAwaited && record.level === null : attempt.kind !== 'save';
  if (attempt !== null) begin(reading, attempt);
  else if (reading.open !== null) goOn(reading, reading.open, record);
  else if (record.level !== null) prove(reading);
}

/** A new complaint, or more of the one before it when nothing was run since. */
function complain(reading: Reading, record: LogRecord): void {
  const { last, pod } = reading;
  const before = reading.complaints.at(-1);
  if (before !== undefined && before.after === last && before.pod === pod) {
    if (before.records.length < LONGEST_COMPLAINT) before.records.push(record);
    addRules(before, reading, record);
    reading.open = before;
    return;
  }
  const family = familySaid(record.text) ?? last?.family ?? null;
  reading.open = { records: [record], after: last, family, pod, rules: [], isPassed: false };
  addRules(reading.open, reading, record);
  reading.complaints.push(reading.open);
  reading.retried = reading.retried.filter((complaint) => complaint.family !== family || complaint.pod !== pod);
}

/** The line of the text handed over that a tool names: `line 20 failed`, `Error occurred at line: 5`. */
function addRules(complaint: Complaint, { handed }: Reading, { text }: LogRecord): void {
  const number = /\bline:? (\d{1,6})\b/.exec(text)?.[1];
  if (number !== undefined && complaint.rules.length === 0) complaint.rules = handed.rules(Number(number));
}

/** More lines than this say nothing of what went wrong. */
const LONGEST_COMPLAINT = 12;

function goOn(reading: Reading, open: Complaint, record: LogRecord): void {
  if (record.level !== null || open.records.length >= LONGEST_COMPLAINT) {
    reading.open = null;
    return;
  }
  // `command || true`, in a shell that prints what it does.
  if (/^\s*\+ (?:true|:)$/.test(record.text)) open.isPassed = true;
  open.records.push(record);
  addRules(open, reading, record);
}

function begin(reading: Reading, attempt: Attempt): void {
  if (attempt.kind === 'single' && reading.open !== null) reading.open.isPassed = true;
  reading.open = null;
  reading.handed.end();
  const isAnother = reading.last === null || !isSame(reading.last, attempt);
  if (isAnother || attempt.kind !== 'restore') prove(reading);
  if (attempt.kind === 'save') return;
  retry(reading, attempt);
  reading.last = attempt;
}

/**
 * The same is run again after it had failed. What had nothing run before it may be out of place, as standard error often
 * is, and stays.
 */
function retry(reading: Reading, attempt: Attempt): void {
  const isRetried = ({ after }: Complaint) => after !== null && isSame(after, attempt);
  reading.retried.push(...reading.complaints.filter(isRetried));
  const kept = reading.complaints.filter((complaint) => !isRetried(complaint));
  reading.complaints.splice(0, reading.complaints.length, ...kept);
}

function isSame(one: Attempt, other: Attempt): boolean {
  const isOfOneFamily = (one.family ?? other.family) === (other.family ?? one.family);
  return one.kind === other.kind && isOfOneFamily && one.command === other.command;
}

/** Something else follows what was run again: it went well, for the pod that it was run for. */
function prove(reading: Reading): void {
  const isOfAnother = ({ pod }: Complaint) => pod !== null && reading.pod !== null && pod !== reading.pod;
  reading.complaints.push(...reading.retried.filter(isOfAnother));
  reading.retried = [];
}

function failureOf(source: string, { records, after, family, pod, rules, isPassed }: Complaint): WriteFailure {
  const [first] = records;
  const said = records.map(({ text }) => text).join('\n');
  return {
    source,
    line: first?.number ?? 0,
    text: (first?.text ?? '').trim(),
    family,
    ...causeOf({ said, rules, isIpv6: family === 'ipv6' }),
    rule: rules.length === 1 ? (rules[0] ?? null) : null,
    pod,
    tolerated: isPassed && after?.kind === 'single' && family === 'ipv6',
  };
}
