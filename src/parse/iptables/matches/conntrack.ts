import type { ConntrackStateName, MatchOf, Negatable } from '../../../model/match.ts';
import { asTokens, bad, type MatchModule, type Option, type Trouble } from '../module.ts';

/** `-m conntrack` and its old spelling `-m state`. */
export const CONNTRACK_MODULES: Readonly<Record<string, MatchModule>> = {
  conntrack: {
    options: {
      ctstate: 1,
      ctproto: 1,
      ctorigsrc: 1,
      ctorigdst: 1,
      ctreplsrc: 1,
      ctrepldst: 1,
      ctorigsrcport: 1,
      ctorigdstport: 1,
      ctreplsrcport: 1,
      ctrepldstport: 1,
      ctstatus: 1,
      ctexpire: 1,
      ctdir: 1,
    },
    build: buildConntrack,
  },
  state: { options: { state: 1 }, build: buildState },
};

function buildConntrack(options: readonly Option[]): MatchOf<'conntrack'> | Trouble {
  const state = options.find((option) => option.name === 'ctstate');
  const rest = asTokens(options.filter((option) => option !== state));
  const states = state === undefined ? undefined : parseStates(state);
  if (states !== undefined && 'kind' in states) return states;
  return { kind: 'conntrack', ...(states === undefined ? {} : { states }), ...(rest.length === 0 ? {} : { rest }) };
}

function buildState(options: readonly Option[]): MatchOf<'state'> | Trouble {
  const [option] = options;
  if (option === undefined) return { kind: 'trouble', severity: 'error', message: '-m state without --state', at: 0 };
  const states = parseStates(option);
  return 'kind' in states ? states : { kind: 'state', states };
}

/** In the order in which the kernel's modules print them. */
const STATES: readonly ConntrackStateName[] = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED', 'SNAT', 'DNAT'];

function parseStates(option: Option): Negatable<readonly ConntrackStateName[]> | Trouble {
  const names = (option.values[0] ?? '').toUpperCase().split(',');
  const value = STATES.filter((state) => names.includes(state));
  const known = names.every((name) => STATES.some((state) => state === name));
  return known ? { negated: option.negated, value } : bad(option, `a list of ${STATES.join(',')}`);
}
