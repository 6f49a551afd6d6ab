/** An option that matters for what is shown. `other-protocol`: one that selects neither tcp nor udp. */
type Option =
  | 'tcp'
  | 'udp'
  | 'other-protocol'
  | 'ipv4'
  | 'ipv6'
  | 'extended'
  | 'processes'
  | 'inet-sockopt'
  | 'summary';

/** A command line of ss or netstat, sorted. */
export interface Options {
  readonly has: (option: Option) => boolean;
  /** What `-A` of ss names. */
  readonly queries: ReadonlySet<string>;
  /** What the last of -a and -l says. */
  readonly states: 'all' | 'listening' | null;
  /** What is no option: filters. */
  readonly words: readonly string[];
}

const SS_LETTERS: Readonly<Record<string, Option>> = {
  ...{ t: 'tcp', u: 'udp', w: 'other-protocol', x: 'other-protocol', d: 'other-protocol', S: 'other-protocol' },
  ...{ M: 'other-protocol', '0': 'other-protocol', '4': 'ipv4', '6': 'ipv6', e: 'extended', p: 'processes' },
  s: 'summary',
};

/** In netstat -s is statistics, -r the routes, -i the interfaces and -g the multicast groups. */
const NETSTAT_LETTERS: Readonly<Record<string, Option>> = {
  ...{ t: 'tcp', u: 'udp', w: 'other-protocol', x: 'other-protocol', U: 'other-protocol', S: 'other-protocol' },
  ...{ '4': 'ipv4', '6': 'ipv6', e: 'extended', p: 'processes' },
  ...{ s: 'summary', r: 'summary', i: 'summary', g: 'summary' },
};

const LETTERS = { ss: SS_LETTERS, netstat: NETSTAT_LETTERS } as const;

const LONG: Readonly<Record<string, Option>> = {
  ...{ tcp: 'tcp', udp: 'udp', raw: 'other-protocol', unix: 'other-protocol', sctp: 'other-protocol' },
  ...{ packet: 'other-protocol', dccp: 'other-protocol', vsock: 'other-protocol', mptcp: 'other-protocol' },
  ...{ ipv4: 'ipv4', ipv6: 'ipv6', inet: 'ipv4', inet6: 'ipv6', extended: 'extended', extend: 'extended' },
  ...{ processes: 'processes', programs: 'processes', program: 'processes', 'inet-sockopt': 'inet-sockopt' },
  ...{ summary: 'summary', statistics: 'summary', route: 'summary', interfaces: 'summary' },
};

/** Options of ss that the next word belongs to: family, query, two files and a network namespace. */
const WITH_VALUE: Readonly<Record<string, string>> = { f: 'family', A: 'query', D: 'diag', F: 'filter', N: 'net' };

/** The options of a command line; what is not known changes nothing of what is shown. */
export function readOptions(tool: 'ss' | 'netstat', argv: readonly string[]): Options {
  const reader = new Reader(tool);
  const words = argv.filter((word) => !/^\d*>/.test(word));
  for (const word of words) reader.take(word);
  return reader.options();
}

class Reader {
  readonly #tool: 'ss' | 'netstat';
  readonly #found = new Set<Option>();
  readonly #queries = new Set<string>();
  readonly #words: string[] = [];
  #states: Options['states'] = null;
  /** The option whose value comes next. */
  #waiting: string | null = null;

  constructor(tool: 'ss' | 'netstat') {
    this.#tool = tool;
  }

  options(): Options {
    return {
      has: (option) => this.#found.has(option),
      queries: this.#queries,
      states: this.#states,
      words: this.#words,
    };
  }

  take(word: string): void {
    if (this.#waiting !== null) this.#value(this.#waiting, word);
    else if (word.startsWith('--')) this.#long(word.slice(2));
    else if (/^-\w/.test(word)) this.#letters(word.slice(1));
    else this.#words.push(word);
  }

  #long(text: string): void {
    const [name = '', value] = text.split('=', 2);
    if (name === 'all') this.#states = 'all';
    else if (name === 'listening') this.#states = 'listening';
    else if (['family', 'query', 'socket', 'diag', 'filter', 'net'].includes(name)) {
      if (value === undefined) this.#waiting = name;
      else this.#value(name, value);
    } else this.#named(name);
  }

  #letters(letters: string): void {
    for (const [position, letter] of [...letters].entries()) {
      const valued = this.#tool === 'ss' ? WITH_VALUE[letter] : undefined;
      if (valued !== undefined) {
        this.#valued(valued, letters.slice(position + 1));
        return;
      }
      this.#letter(letter);
    }
  }

  #valued(name: string, rest: string): void {
    if (rest === '') this.#waiting = name;
    else this.#value(name, rest);
  }

  #letter(letter: string): void {
    if (letter === 'a') this.#states = 'all';
    else if (letter === 'l') this.#states = 'listening';
    else this.#add(LETTERS[this.#tool][letter]);
  }

  #value(name: string, value: string): void {
    this.#waiting = null;
    if (name === 'family') this.#named(value);
    else if (name === 'query' || name === 'socket') for (const one of value.split(',')) this.#query(one);
    // What a file of filters says is not known.
    else if (name === 'filter' || name === 'diag') this.#words.push(value);
  }

  /** `inet` and `all` of -A stand for several. */
  #query(name: string): void {
    this.#queries.add(name);
    if (name === 'inet' || name === 'all' || name === 'inet_sockets')
      for (const one of ['tcp', 'udp']) this.#queries.add(one);
  }

  #named(name: string): void {
    this.#add(Object.hasOwn(LONG, name) ? LONG[name] : undefined);
  }

  #add(option: Option | undefined): void {
    if (option !== undefined) this.#found.add(option);
  }
}
