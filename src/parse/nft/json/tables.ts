import { jsonErrorText } from '../../json-error.ts';
import type { Reporter } from '../reporter.ts';
import type { ListedBase, ListedChain, ListedRule, ListedTable, Statement } from '../syntax.ts';
import { findDocuments, type JsonDocument } from './documents.ts';
import { jsonSet } from './named-set.ts';
import { jsonStatement } from './statement.ts';
import {
  asObject,
  type Json,
  type JsonObject,
  jsonText,
  member,
  numberMember,
  onlyMember,
  stringMember,
} from './value.ts';

/** The tables of all JSON documents of a text. */
export function parseJsonListing(text: string, report: Reporter): ListedTable[] {
  const documents = findDocuments(text, report);
  if (documents.length === 0) {
    report.error({ line: 0, column: 1 }, `expected a JSON object with 'nftables', found none`, '');
  }
  return documents.flatMap((document) => documentTables(document, report));
}

function documentTables(document: JsonDocument, report: Reporter): ListedTable[] {
  const refuse = (message: string): ListedTable[] => {
    // Of an object that is no listing nothing is quoted: it may be anything that somebody named by mistake.
    report.error({ line: document.line, column: 1 }, message, '');
    return [];
  };
  const json = parseDocument(document.text);
  if (json instanceof SyntaxError) return refuse(`expected JSON of 'nft -j list ruleset': ${jsonErrorText(json)}`);
  const elements = member(asObject(json), 'nftables');
  if (!Array.isArray(elements)) return refuse(`expected the member 'nftables' with an array`);
  const reader = new ElementReader(document, report);
  elements.forEach((element: unknown, position) => {
    reader.read(element, position);
  });
  return reader.tables;
}

function parseDocument(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error instanceof SyntaxError ? error : new SyntaxError('not readable');
  }
}

/** What else nft lists (libnftables-json): rules name it, it decides nothing by itself. */
const OTHER_KINDS: ReadonlySet<string> = new Set([
  'metainfo',
  'map',
  'element',
  'flowtable',
  'counter',
  'quota',
  'limit',
  'secmark',
  'synproxy',
  'tunnel',
  'ct helper',
  'ct timeout',
  'ct expectation',
]);

/** Puts the flat list of elements back into tables. A table always stands before what it holds. */
class ElementReader {
  readonly tables: ListedTable[] = [];
  readonly #found = new Map<string, ListedTable>();
  readonly #chains = new Map<string, ListedChain>();
  readonly #document: JsonDocument;
  readonly #report: Reporter;

  constructor(document: JsonDocument, report: Reporter) {
    this.#document = document;
    this.#report = report;
  }

  read(element: Json, position: number): void {
    const line = this.#document.elementLines[position] ?? this.#document.line;
    const only = onlyMember(element);
    const object = only && asObject(only.json);
    const done = only !== null && object !== null && this.#readKind(only.name, object, line);
    if (done) return;
    const message = `element ${position} of 'nftables' is not what nft prints`;
    this.#report.error({ line, column: 1 }, message, jsonText(element));
  }

  #readKind(kind: string, object: JsonObject, line: number): boolean {
    switch (kind) {
      case 'table':
        return this.#addTable(object, line);
      case 'chain':
        return this.#addChain(object, line);
      case 'rule':
        return this.#addRule(object, line);
      case 'set':
        return this.#addSet(object, line);
      default:
        return OTHER_KINDS.has(kind);
    }
  }

  #addTable(object: JsonObject, line: number): boolean {
    const [family, name] = [stringMember(object, 'family'), stringMember(object, 'name')];
    if (family === null || name === null) return false;
    const dormant = dormancy(member(object, 'flags'));
    this.#report.amounts.add('tables', line);
    const table: ListedTable = { family, name, line, dormant, chains: [], sets: new Map(), form: 'json' };
    this.tables.push(table);
    this.#found.set(key(family, name), table);
    return true;
  }

  #addChain(object: JsonObject, line: number): boolean {
    const [family, table, name] = ['family', 'table', 'name'].map((word) => stringMember(object, word) ?? '');
    const owner = this.#found.get(key(family ?? '', table ?? ''));
    const base = jsonBase(object);
    if (owner === undefined || !name || base === null) return false;
    this.#report.amounts.add('chains', line);
    const chain: ListedChain = { name, line, ...(base && { base }), rules: [] };
    owner.chains.push(chain);
    this.#chains.set(key(owner.family, owner.name, name), chain);
    return true;
  }

  #addRule(object: JsonObject, line: number): boolean {
    const place = ['family', 'table', 'chain'].map((word) => stringMember(object, word) ?? '');
    const chain = this.#chains.get(key(...place));
    const rule = jsonRule(object, place[0] ?? '', line);
    if (chain === undefined || rule === null) return false;
    this.#report.amounts.add('rules', line);
    chain.rules.push(rule);
    return true;
  }

  #addSet(object: JsonObject, line: number): boolean {
    const [family, table, name] = ['family', 'table', 'name'].map((word) => stringMember(object, word) ?? '');
    const owner = this.#found.get(key(family ?? '', table ?? ''));
    if (owner === undefined || !name) return false;
    const elements = member(object, 'elem');
    this.#report.amounts.add('sets', line);
    this.#report.amounts.add('elements', line, Array.isArray(elements) ? elements.length : 0);
    owner.sets.set(name, jsonSet(name, object));
    return true;
  }
}

/**
 * The flags of a table are `dormant`, `owner` and `persist`. nft 1.0.6 prints something else in their place: the table's
 * name as a rule, at times a number.
 */
function dormancy(flags: Json): ListedTable['dormant'] {
  if (flags === undefined) return 'no';
  const list: readonly unknown[] = Array.isArray(flags) ? flags : [flags];
  if (list.includes('dormant')) return 'yes';
  return list.every((flag) => flag === 'owner' || flag === 'persist') ? 'no' : 'unclear';
}

function key(...parts: readonly string[]): string {
  return parts.join('\0');
}

/** Undefined for a chain without a hook; null when the members of a base chain do not fit together. */
function jsonBase(object: JsonObject): ListedBase | null | undefined {
  const [type, hook] = [stringMember(object, 'type'), stringMember(object, 'hook')];
  if (type === null && hook === null) return undefined;
  const priority = numberMember(object, 'prio');
  if (type === null || hook === null || priority === null) return null;
  return { type, hook, priority, policy: stringMember(object, 'policy') === 'drop' ? 'drop' : 'accept' };
}

function jsonRule(object: JsonObject, family: string, line: number): ListedRule | null {
  const expressions = member(object, 'expr');
  if (!Array.isArray(expressions) || expressions.some(isGarbled)) return null;
  const statements: Statement[] = expressions.map((expression: unknown) => jsonStatement(expression, family));
  const comment = stringMember(object, 'comment');
  if (comment !== null) statements.push({ kind: 'comment', text: comment });
  const handle = numberMember(object, 'handle');
  return { line, statements, ...(isHandle(handle) && { handle }), text: null, gap: false };
}

/** nft may have statements that we do not know, but none of such a name. */
function isGarbled(expression: unknown): boolean {
  const only = onlyMember(expression);
  return only !== null && !/^[a-z][a-z0-9 _-]*$/.test(only.name);
}

/** The kernel's are 64 bits wide; one that JavaScript cannot hold exactly is none to us. */
function isHandle(value: number | null): value is number {
  return value !== null && Number.isSafeInteger(value) && value > 0;
}
