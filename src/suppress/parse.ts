import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { grouped, INPUT_LIMITS } from '../model/limits.ts';
import { tooDeep } from './depth.ts';
import type { Entry, Selector } from './entry.ts';
import { type Field, parseDay, parseName, parsePorts, parseReason, unknownKey } from './fields.ts';

/** Something wrong in a file, and where. */
export interface EntryError {
  readonly line: number;
  readonly message: string;
}

/** The entries of a file, and what was wrong with it; with an error none of them should count. */
export interface ParsedEntries {
  readonly entries: readonly Entry[];
  readonly errors: readonly EntryError[];
}

const KEYS = ['code', 'selector', 'reason', 'expires'];
const SELECTORS: { readonly [K in keyof Selector]-?: (text: string) => Field<unknown> } = {
  namespace: parseName,
  pod: parseName,
  table: parseName,
  chain: parseName,
  port: parsePorts,
};

/** Reads a file of suppressions: a list in YAML. Of all that YAML can do only lists, mappings and words. Never throws. */
export function parseEntries(text: string, file: string): ParsedEntries {
  return new EntryReader(file).read(text.replace(/^\uFEFF/, ''));
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** Goes through the nodes of a document, and notes where something is wrong. */
class EntryReader {
  readonly #file: string;
  readonly #lines = new LineCounter();
  readonly #errors: EntryError[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  read(text: string): ParsedEntries {
    const root = this.#parse(text);
    const entries = this.#errors.length > 0 || root === null ? [] : this.#list(root);
    return { entries, errors: this.#errors };
  }

  /** Every word stays text (failsafe): `code: 0203` is no octal number, and `expires` no date of another time zone. */
  #parse(text: string): Node | null {
    const depth = tooDeep(text);
    if (depth !== null) {
      this.#errors.push({ line: lineAt(text, depth), message: 'nested deeper than any list of entries is' });
      return null;
    }
    // Its own search for keys that are given twice takes the square of their number.
    const options = { lineCounter: this.#lines, schema: 'failsafe', prettyErrors: false, uniqueKeys: false } as const;
    const document = parseDocument(text, options);
    for (const { pos, message } of document.errors) this.#complain(pos[0], `no valid YAML: ${message}`);
    visit(document, { Alias: (_, node) => this.#refuse(node), Node: (_, node) => this.#plain(node) });
    return document.contents;
  }

  /** An alias of aliases is a text that grows without end, and a tag asks for code. Neither has a use here. */
  #plain(node: Node): void {
    if (('anchor' in node && node.anchor !== undefined) || node.tag !== undefined) this.#refuse(node);
  }

  #refuse(node: Node): void {
    this.#complain(node, 'anchors (&), aliases (*) and tags (!) are not read here');
  }

  #list(root: Node): Entry[] {
    if (isScalar(root) && root.value === '') return [];
    if (!isSeq<Node>(root)) return this.#wrong(root, 'expected a list, whose entries begin with "- code:"') ?? [];
    const { length } = root.items;
    const most = INPUT_LIMITS.suppressions;
    if (length > most) return this.#wrong(root, `${grouped(length)} entries; ${grouped(most)} are read`) ?? [];
    return root.items.flatMap((item) => this.#entry(item) ?? []);
  }

  #entry(node: Node): Entry | null {
    const fields = this.#mapping(node, KEYS);
    if (fields === null) return null;
    const code = this.#required(node, fields, 'code', parseName);
    const reason = this.#required(node, fields, 'reason', parseReason);
    const day = fields.get('expires');
    const expires = day === undefined ? null : this.#word(day, 'expires', parseDay);
    const selector = this.#selector(fields.get('selector'));
    if (code === null || reason === null || selector === null) return null;
    const line = this.#lineOf(node);
    return { file: this.#file, line, code, selector, reason, ...(expires !== null && { expires }) };
  }

  #selector(node: Node | undefined): Selector | null {
    if (node === undefined) return {};
    const fields = this.#mapping(node, Object.keys(SELECTORS));
    if (fields === null) return null;
    const values = [...fields].map(([key, value]) => [key, this.#words(value, key as keyof Selector)] as const);
    return Object.fromEntries(values);
  }

  /** One word, or a list of them. */
  #words(node: Node, key: keyof Selector): readonly unknown[] {
    const nodes = isSeq<Node>(node) ? node.items : [node];
    if (nodes.length === 0) this.#complain(node, `${key}: the list is empty`);
    return nodes.flatMap((each) => {
      const value = this.#word(each, key, SELECTORS[key]);
      return value === null ? [] : [value];
    });
  }

  #required<T>(of: Node, fields: ReadonlyMap<string, Node>, key: string, parse: (text: string) => Field<T>): T | null {
    const node = fields.get(key);
    return node === undefined ? this.#wrong(of, `${key} is missing`) : this.#word(node, key, parse);
  }

  #word<T>(node: Node, key: string, parse: (text: string) => Field<T>): T | null {
    if (!isScalar(node)) return this.#wrong(node, `${key}: expected a word, found a list or a mapping`);
    const field = parse(String(node.value));
    return 'value' in field ? field.value : this.#wrong(node, `${key}: ${field.error}`);
  }

  /** The values of a mapping by key, if it has none but those that are known. */
  #mapping(node: Node, known: readonly string[]): ReadonlyMap<string, Node> | null {
    if (!isMap<Node, Node>(node)) return this.#wrong(node, `expected a mapping with ${known.join(', ')}`);
    const fields = new Map<string, Node>();
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : '';
      if (!known.includes(name)) this.#complain(key, unknownKey(name, known));
      else if (fields.has(name)) this.#complain(key, `${name} is given more than once`);
      else fields.set(name, value ?? key);
    }
    return fields;
  }

  #wrong(node: Node, message: string): null {
    this.#complain(node, message);
    return null;
  }

  #complain(where: Node | number, message: string): void {
    const line = typeof where === 'number' ? this.#lines.linePos(where).line : this.#lineOf(where);
    this.#errors.push({ line: Math.max(1, line), message });
  }

  #lineOf({ range }: Node): number {
    return this.#lines.linePos(range?.[0] ?? 0).line;
  }
}
