/**
 * The rules of a restore that are needed for it to fail still: one after the other is taken out, the last first.
 * What stays cannot lose a single rule. Chains and tables are kept.
 */
export async function shorten(rules: string, fails: (rules: string) => Promise<boolean>): Promise<string> {
  let lines = rules.split('\n');
  for (let removed = true; removed; ) {
    removed = false;
    for (let i = lines.length - 1; i >= 0; i -= 1) {
      if (!lines[i]?.startsWith('-A ')) continue;
      const without = lines.toSpliced(i, 1);
      if (!(await fails(without.join('\n')))) continue;
      lines = without;
      removed = true;
    }
  }
  return lines.join('\n');
}
