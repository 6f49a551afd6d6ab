import { parseNetwork } from '../../../model/address.ts';

const PORT_OPTIONS: ReadonlySet<string> = new Set(['--sport', '--dport', '--sports', '--dports', '--ports']);

/** The first name among the values of options that only the machine can resolve where it was printed; null: there is none. */
export function unknownName(args: readonly string[]): string | null {
  const found = args.find((value, at) => {
    const option = args[at - 1] ?? '';
    if (option === '-s' || option === '-d') return parseNetwork(value) === null;
    if (option === '--uid-owner' || option === '--gid-owner') return !/^[0-9-]+$/.test(value);
    return PORT_OPTIONS.has(option) && !/^[0-9:,]+$/.test(value);
  });
  return found ?? null;
}
