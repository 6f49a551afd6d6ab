import { string } from '@oclif/core/flags';
import { type FlowQuestion, JOURNEYS, type JourneyName } from '../flow/types.ts';
import { parseAddress } from '../model/address.ts';
import { UsageError } from '../model/errors.ts';
import { familyOf, HIGHEST_ID, type SourceValues, sourceRequest } from './flags.ts';
import type { SourceRequest } from './gather.ts';

const GROUP = 'REQUEST';

/** The flags that choose the requests that `flow` follows. */
export const requestFlags = {
  port: string({
    helpGroup: GROUP,
    helpValue: 'PORT',
    description: "the application's port; its lowest one with a listener unless given, 8080 where no sockets are shown",
  }),
  to: string({
    helpGroup: GROUP,
    helpValue: 'ADDRESS[:PORT]',
    description: 'where the application calls; an address outside unless given, port 443',
  }),
  uid: string({
    helpGroup: GROUP,
    helpValue: 'UID',
    description: "the application's user; that of its listener unless given, 1000 where no sockets are shown",
  }),
  journey: string({
    helpGroup: GROUP,
    helpValue: JOURNEYS.join('|'),
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ',',
    description: 'only these requests (a comma list); all that apply unless given, with --to that one',
  }),
};

type RequestValues = SourceValues & {
  readonly port?: string | undefined;
  readonly to?: string | undefined;
  readonly uid?: string | undefined;
  readonly journey?: readonly string[] | undefined;
};

/** What the flags ask to be followed. Throws a UsageError that names the flag. */
export function flowRequest(flags: RequestValues): FlowQuestion & { readonly source: SourceRequest } {
  const family = familyOf(flags.family);
  const to = flags.to === undefined ? undefined : destination(flags.to);
  if (family !== undefined && to !== undefined && family !== to.family) {
    throw new UsageError(`--family ${family} and --to ${flags.to} contradict each other.`);
  }
  // The family of the requests says nothing about live rules, which are read in both.
  const { rules, sockets, example } = flags;
  const source = sourceRequest(rules === undefined ? { sockets, ...(example !== undefined && { example }) } : flags);
  return {
    source,
    ...(family !== undefined && { family }),
    ...(to !== undefined && { to }),
    ...(flags.port !== undefined && { port: number('--port', flags.port, 1, 65535) }),
    ...(flags.uid !== undefined && { uid: number('--uid', flags.uid, 0, HIGHEST_ID) }),
    ...journeysOf(flags),
  };
}

/** Who asks about one destination is answered about that, and about the port that was named besides. */
function journeysOf({ journey: names, to, port }: RequestValues): Pick<FlowQuestion, 'journeys'> {
  if (names !== undefined) return { journeys: names.map(journey) };
  if (to === undefined) return {};
  return { journeys: port === undefined ? ['outbound'] : ['inbound', 'outbound'] };
}

function number(name: string, text: string, from: number, to: number): number {
  const value = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= from && value <= to) return value;
  throw new UsageError(`${name} must be a whole number from ${from} to ${to}, not ${JSON.stringify(text)}.`);
}

function journey(text: string): JourneyName {
  const name = JOURNEYS.find((candidate) => candidate === text.trim());
  if (name !== undefined) return name;
  throw new UsageError(`--journey: there is no request called ${JSON.stringify(text)}.`, {
    hint: `They are ${JOURNEYS.join(', ')}.`,
  });
}

/** `10.0.0.1`, `10.0.0.1:443`, `2001:db8::1`, `[2001:db8::1]:443`. */
function destination(text: string): NonNullable<FlowQuestion['to']> {
  const parts = /^(?:\[([^\]]+)\]|([^:]+))(?::([0-9]{1,5}))?$/.exec(text);
  const address = parts?.[1] ?? parts?.[2] ?? text;
  const parsed = parseAddress(address);
  if (parsed === null) {
    throw new UsageError(`--to must be an address, with or without a port, not ${JSON.stringify(text)}.`, {
      hint: 'Such as 10.1.2.3:3306 or [2001:db8::1]:443. Names are not looked up.',
    });
  }
  const port = parts?.[3] === undefined ? {} : { port: number('The port of --to', parts[3], 1, 65535) };
  return { family: parsed.family, address, ...port };
}
