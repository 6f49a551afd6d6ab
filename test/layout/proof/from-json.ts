/** What `expected --output json` says of a table, as its schema has it. */
interface Document {
  readonly tables: readonly {
    readonly family: string;
    readonly name: string;
    readonly sets?: readonly { name: string; type: string; flags: readonly string[]; comment?: string }[];
    readonly chains: readonly Chain[];
  }[];
}

interface Chain {
  readonly name: string;
  readonly hook?: string;
  readonly type?: string;
  readonly priority?: number;
  readonly policy?: string;
  readonly rules: readonly string[];
}

/** A script for `nft -f` made of nothing but that document, as its readers would. */
export function nftFromJson(text: string): string {
  const { tables }: Document = JSON.parse(text);
  return tables
    .map(({ family, name, sets, chains }) => {
      const parts = [...(sets ?? []).map(setBlock), ...chains.map(chainBlock)];
      return `table ${family} ${name} {\n${parts.join('\n')}\n}\n`;
    })
    .join('');
}

function setBlock({ name, type, flags, comment }: NonNullable<Document['tables'][number]['sets']>[number]): string {
  const options = [
    `type ${type}`,
    ...(flags.length > 0 ? [`flags ${flags.join(',')}`] : []),
    ...(comment === undefined ? [] : [`comment "${comment}"`]),
  ];
  return `set ${name} {\n${options.join('\n')}\n}`;
}

function chainBlock({ name, hook, type, priority, policy, rules }: Chain): string {
  const base =
    hook === undefined ? [] : [`type ${type} hook ${hook.toLowerCase()} priority ${priority}; policy ${policy};`];
  return `chain ${name} {\n${[...base, ...rules].join('\n')}\n}`;
}
