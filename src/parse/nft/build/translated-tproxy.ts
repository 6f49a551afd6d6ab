import type { Expression, Statement } from '../syntax.ts';

/**
 * iptables' TPROXY as libxtables words it since 1.8.10: `tproxy to :15006 meta mark set 0x539 accept`. It is one target,
 * which sets its mark only on what a socket takes, and drops the rest. nft's own statement of that name does not, so
 * what stands behind it is joined only where libxtables can have written it.
 */
export function joinTproxy(statements: readonly Statement[]): readonly Statement[] {
  const at = statements.findIndex(({ kind }) => kind === 'tproxy');
  const [tproxy, ...behind] = statements.slice(at).filter(({ kind }) => kind !== 'counter');
  if (at < 0 || tproxy?.kind !== 'tproxy') return statements;
  const last = behind.at(-1);
  const [assigned, ...more] = behind.slice(0, -1);
  if (last?.kind !== 'verdict' || last.verdict !== 'accept' || more.length > 0) return statements;
  if (assigned !== undefined && !isMark(assigned)) return statements;
  return [...statements.slice(0, at), { ...tproxy, mark: assigned?.kind === 'assign' ? assigned.value : null }];
}

function isMark(statement: Statement): boolean {
  return statement.kind === 'assign' && statement.selector.join(' ') === 'meta mark' && !isPadded(statement.value);
}

/** nft prints marks with eight digits, libxtables without leading zeros. */
function isPadded(expression: Expression): boolean {
  if (expression.kind === 'binary') return isPadded(expression.left) || isPadded(expression.right);
  return expression.kind === 'value' && /^0x0[0-9a-f]{7}$/.test(expression.text);
}
