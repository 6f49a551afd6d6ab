import type { Family } from '../../src/model/family.ts';
import type { CheckReport, Finding } from '../../src/model/report.ts';
import type { Ruleset, Table } from '../../src/model/ruleset.ts';
import { parseIptables } from '../../src/parse/iptables/index.ts';
import { parseNft } from '../../src/parse/nft/index.ts';
import { ruleKey } from '../../src/rules/rule-key.ts';

/** A rule that a finding calls missing, as it stands in the expected chain. */
export interface Missing {
  readonly code: string;
  readonly family: Family | undefined;
  readonly table: string;
  readonly chain: string;
  readonly text: string;
}

const MISSING = 'missing here: ';

/** All rules that a report calls missing. */
export function calledMissing({ findings }: CheckReport): Missing[] {
  return findings.flatMap((finding) => missingIn(finding));
}

function missingIn({ code, family, evidence }: Finding): Missing[] {
  return evidence.flatMap((one) =>
    one.kind === 'chain' && one.text.startsWith(MISSING)
      ? [{ code, family, table: one.table, chain: one.chain, text: one.text.slice(MISSING.length) }]
      : [],
  );
}

/** How often a rule stands in its chain, whatever the order of its conditions. */
export function stands(live: Ruleset, wanted: Pick<Missing, 'family' | 'table' | 'chain' | 'text'>): number {
  const rule = parsedAlone(wanted);
  if (rule === undefined) throw new Error(`not a rule: ${wanted.text}`);
  return live.tables
    .filter(({ name, family }) => name === wanted.table && (family === 'inet' || family === wanted.family))
    .flatMap(({ chains, family }) =>
      chains
        .filter(({ name }) => name === wanted.chain)
        .flatMap(({ rules }) => rules.map((one) => ruleKey(one, family))),
    )
    .filter((key) => key === ruleKey(rule.rule, rule.family)).length;
}

function parsedAlone({ family = 'ipv4', table, chain, text }: Pick<Missing, 'family' | 'table' | 'chain' | 'text'>) {
  const tables: readonly Table[] = text.startsWith('-A ')
    ? parseIptables(`*${table}\n:${chain} - [0:0]\n${text}\nCOMMIT\n`, { source: 'command', family }).tables
    : parseNft(`table inet ${table} {\n\tchain ${chain} {\n\t\t${text}\n\t}\n}\n`, { source: 'command' }).tables;
  const [found] = tables;
  const rule = found?.chains.find(({ name }) => name === chain)?.rules[0];
  return found && rule && { rule, family: found.family };
}
