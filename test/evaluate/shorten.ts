/**
 * The rules of a text that are needed for it to fail still: one after the other is taken out, the last first. What
 * stays cannot lose a single rule. Chains and tables are kept.
 */
export async function shorten(
  text: string,
  isRule: (line: string) => boolean,
  fails: (text: string) => Promise<boolean>,
): Promise<string> {
  let lines = text.split('\n');
  for (let removed = true; removed; ) {
    removed = false;
    for (let i = lines.length - 1; i >= 0; i -= 1) {
      if (!isRule(lines[i] ?? '')) continue;
      const without = lines.toSpliced(i, 1);
      if (!(await fails(without.join('\n')))) continue;
      lines = without;
      removed = true;
    }
  }
  return lines.join('\n');
}
