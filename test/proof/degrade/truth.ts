import { buildLayout } from '../../../src/layout/index.ts';
import type { Config } from '../../../src/model/config.ts';
import type { CheckReport } from '../../../src/model/report.ts';
import { check } from '../../asked.ts';
import { savedTexts } from '../../observe/saved.ts';
import type { Faulty } from './faults.ts';
import { commandOf } from './forms.ts';
import { type Line, linesOf } from './lines.ts';
import type { Listings } from './listed.ts';

export type Verdict = CheckReport['verdict'];

/** What is declared of the pod: everything, its release, or nothing. */
export const DECLARED = ['everything', 'release', 'nothing'] as const;
export type Declared = (typeof DECLARED)[number];

/** What is said on the command line beside the texts. */
export interface Said {
  readonly declared: Declared;
  readonly family?: 'ipv6';
}

/** What `check` says of texts of a pod. */
export async function judged(pod: Faulty, texts: readonly string[], { declared, family }: Said): Promise<CheckReport> {
  const files = Object.fromEntries(texts.map((text, at) => [`text-${at + 1}`, text]));
  const config = {
    ...(declared === 'everything' ? { configFile: 'config' } : {}),
    ...(declared === 'release' ? { istioVersion: pod.config.istioVersion } : {}),
    flags: {},
    env: {},
  };
  const source = { kind: 'rules', files: Object.keys(files), ...(family && { family }) } as const;
  return check({ source, config, toolVersion: '0' }, savedTexts({ ...files, config: pod.configFile }));
}

/** The verdicts that are none false, where all there is gives one with the same declared and one with everything declared. */
export function acceptedBeside(same: Verdict, informed: Verdict): ReadonlySet<Verdict> {
  const right = same === 'undetermined' ? [informed] : [same];
  // What is right of the pod by all that is known of it is never false, however little of it was told.
  const known = informed === 'undetermined' || same === 'undetermined' ? [] : [informed];
  return new Set<Verdict>(['undetermined', ...right, ...known]);
}

/** What is right to say of a pod, by what is shown of it and what is declared. */
export class Truth {
  readonly #pod: Faulty;
  readonly #whole: readonly (readonly Line[])[];
  readonly #known = new Map<string, Promise<Verdict>>();
  readonly #own: Readonly<Record<Declared, ReadonlySet<string>>>;

  constructor(pod: Faulty, listings: Listings) {
    this.#pod = pod;
    this.#whole = completeTexts(pod, listings);
    // That INVALID packets are to be dropped is said by nothing but mangle: of other tables alone it is not to be known.
    const guessed = tablesOf({ ...pod.config, dropInvalid: false });
    this.#own = { everything: tablesOf(pod.config), release: guessed, nothing: guessed };
  }

  /**
   * The verdicts that are no false ones for a text with these lines. Other families and backends may be left out, and tables
   * in which Istio writes nothing: so what counts is the verdict on the rest of the pod, shown completely, with the same
   * declared; or with everything declared, where that leaves it open.
   */
  async accepted(lines: readonly Line[], declared: Declared): Promise<ReadonlySet<Verdict>> {
    const rest = this.#restOf(lines, declared);
    const [same, informed] = [await this.#verdict(rest, declared), await this.#verdict(rest, 'everything')];
    // Where the rest shown whole leaves it open, a verdict that is right of all of the pod is no false one.
    const accepted = acceptedBeside(same, informed === 'undetermined' ? await this.whole('everything') : informed);
    // Nor is one that all of it, shown whole, has with the same declared: nothing that was taken away has changed it.
    return new Set([...accepted, await this.whole(declared)]);
  }

  /** What `check` says of all of it. */
  whole(declared: Declared): Promise<Verdict> {
    return this.#verdict(this.#whole, declared);
  }

  #restOf(left: readonly Line[], declared: Declared): readonly (readonly Line[])[] {
    const lines = left.filter(({ table }) => table !== '');
    const holders = new Set(lines.map(({ holder, family }) => `${holder} ${family}`));
    const tables = new Set(lines.map(({ holder, family, table }) => `${holder} ${family} ${table}`));
    return this.#whole
      .map((text) =>
        text.filter(
          ({ holder, family, table }) =>
            table === '' ||
            tables.has(`${holder} ${family} ${table}`) ||
            (holders.has(`${holder} ${family}`) && this.#own[declared].has(`${family} ${table}`)),
        ),
      )
      .filter((text) => text.some(({ table }) => table !== ''));
  }

  #verdict(texts: readonly (readonly Line[])[], declared: Declared): Promise<Verdict> {
    const files = texts.map(textOf);
    const key = JSON.stringify([declared, files]);
    const known = this.#known.get(key) ?? judged(this.#pod, files, { declared }).then(({ verdict }) => verdict);
    this.#known.set(key, known);
    return known;
  }
}

function tablesOf(config: Config): ReadonlySet<string> {
  return new Set(buildLayout(config).tables.map(({ family, name }) => `${family} ${name}`));
}

/** The saves of all iptables tables, and the listing of native ones. */
function completeTexts({ rules }: Faulty, listings: Listings): Line[][] {
  const holders = new Set(rules.map(({ holder }) => holder));
  const saves = [...listings.keys()].filter((command) => commandOf(command).form === 'save');
  const texts = saves.map((command) => linesOf('save', commandOf(command), listings.get(command) ?? ''));
  if (!holders.has('native')) return texts;
  const command = 'nft list ruleset';
  const native = linesOf('nft', commandOf(command), listings.get(command) ?? '');
  return [...texts, native.filter(({ holder, role }) => holder === 'native' || role === 'other')];
}

/** The text of lines, each with its end. */
export function textOf(lines: readonly { readonly text: string }[]): string {
  return lines.map(({ text }) => `${text}\n`).join('');
}
