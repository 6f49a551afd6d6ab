import { answerTo, type Capture, type Question } from '../collect/capture.ts';
import type { CommandResult } from '../collect/runner.ts';
import { FAMILIES, type Family } from '../model/family.ts';
import type { Routing } from '../model/routing.ts';
import { parseIpAddresses } from '../parse/routing/addresses.ts';
import { parseIpRoutes } from '../parse/routing/routes.ts';
import { parseIpRules } from '../parse/routing/rules.ts';
import { toolFailed, toolMissing } from './obstacles.ts';
import { commandLine, endingOf, type Seen } from './seen.ts';

const QUESTIONS: readonly Question[] = ['rules-ipv4', 'rules-ipv6', 'routes-ipv4', 'routes-ipv6', 'addresses'];

/** The policy routing of a capture; null when ip could not be asked, with the reason among the obstacles. */
export function observeRouting(capture: Capture): Seen<Routing | null> {
  const asked = QUESTIONS.map((question) => answerTo(capture, question)).filter((result) => result !== null);
  const missing = asked.filter((result) => endingOf(result) === 'unavailable');
  const failed = asked.filter((result) => endingOf(result) !== 'unavailable' && !isAnswer(result));
  const what = 'the policy routing and the addresses';
  const obstacles = [
    ...(missing.length > 0 || asked.length === 0 ? [toolMissing('ip', missing, what, 'routing')] : []),
    ...failed.map((result) => toolFailed(result, what, 'routing')),
  ];
  if (obstacles.length > 0) return { value: null, obstacles, diagnostics: [] };
  return parsed(capture);
}

/**
 * Whether a result can be taken as it is. ip ends with status 2 where a table or a family does not exist: then there is
 * nothing, which is an answer.
 */
function isAnswer(result: CommandResult): boolean {
  const ending = endingOf(result);
  if (ending !== 'failed' || result.failure !== null) return ending === 'succeeded';
  return /FIB table does not exist|not supported/i.test(result.stderr);
}

function parsed(capture: Capture): Seen<Routing> {
  const text = (question: Question) => answerTo(capture, question)?.stdout ?? '';
  const input = (question: Question) => ({ source: commandLineOf(capture, question) });
  const ofFamily = (family: Family) => ({
    rules: parseIpRules(text(`rules-${family}`), family, input(`rules-${family}`)),
    routes: parseIpRoutes(text(`routes-${family}`), family, null, input(`routes-${family}`)),
  });
  const families = FAMILIES.map(ofFamily);
  const addresses = parseIpAddresses(text('addresses'), input('addresses'));
  return {
    value: {
      rules: families.flatMap((family) => family.rules.rules),
      routes: families.flatMap((family) => family.routes.routes),
      addresses: addresses.addresses,
      interfaces: addresses.interfaces,
    },
    obstacles: [],
    diagnostics: [
      ...families.flatMap((family) => [...family.rules.diagnostics, ...family.routes.diagnostics]),
      ...addresses.diagnostics,
    ],
  };
}

function commandLineOf(capture: Capture, question: Question): string {
  const result = answerTo(capture, question);
  return result === null ? question : commandLine(result);
}
