import type { MarkChange, Target } from '../../../model/target.ts';
import { bad, type Option, type TargetModule, type Trouble } from '../module.ts';
import { ALL_BITS, parseInteger, parseMarkAndMask } from '../values.ts';

const CHANGES = { 'set-mark': 1, 'set-xmark': 1, 'and-mark': 1, 'or-mark': 1, 'xor-mark': 1 };

/** MARK and CONNMARK, in whatever spelling, become the value and mask that the kernel keeps: `(old & ~mask) ^ value`. */
export const MARK_TARGETS: Readonly<Record<string, TargetModule>> = {
  MARK: { options: CHANGES, build: buildMark },
  CONNMARK: {
    options: { ...CHANGES, 'save-mark': 0, 'restore-mark': 0, mask: 1, nfmask: 1, ctmask: 1 },
    build: buildConnmark,
  },
};

function buildMark(options: readonly Option[]): Target | Trouble {
  const [option] = options;
  if (option === undefined) return { kind: 'trouble', severity: 'error', message: 'MARK without an option', at: 0 };
  const change = parseChange(option);
  return 'kind' in change ? change : { kind: 'mark', ...change };
}

function parseChange(option: Option): MarkChange | Trouble {
  const text = option.values[0] ?? '';
  const mark = option.name.startsWith('set-') ? parseMarkAndMask(text) : parseBits(text);
  return mark === null
    ? bad(option, 'a 32-bit number, or value/mask for the set options')
    : kernelForm(option.name, mark);
}

function parseBits(text: string): MarkChange | null {
  const value = parseInteger(text);
  return value === null ? null : { value, mask: ALL_BITS };
}

/** What the user space of xt_MARK makes of each spelling. */
function kernelForm(option: string, { value, mask }: MarkChange): MarkChange {
  switch (option) {
    case 'set-mark':
      return { value, mask: (mask | value) >>> 0 };
    case 'and-mark':
      return { value: 0, mask: ~value >>> 0 };
    case 'or-mark':
      return { value, mask: value };
    case 'xor-mark':
      return { value, mask: 0 };
    default:
      return { value, mask };
  }
}

function buildConnmark(options: readonly Option[]): Target | Trouble {
  const [action] = options.filter((option) => option.name.endsWith('mark'));
  if (action === undefined) return { kind: 'trouble', severity: 'error', message: 'CONNMARK without an action', at: 0 };
  if (action.values.length > 0) {
    const change = parseChange(action);
    return 'kind' in change ? change : { kind: 'connmark-set', ...change };
  }
  const kind = action.name === 'save-mark' ? 'connmark-save' : 'connmark-restore';
  return withMasks(kind, options);
}

function withMasks(kind: 'connmark-save' | 'connmark-restore', options: readonly Option[]): Target | Trouble {
  let nfmask = ALL_BITS;
  let ctmask = ALL_BITS;
  for (const option of options) {
    if (!option.name.endsWith('mask')) continue;
    const mask = parseInteger(option.values[0] ?? '');
    if (mask === null) return bad(option, 'a 32-bit mask');
    if (option.name !== 'ctmask') nfmask = mask;
    if (option.name !== 'nfmask') ctmask = mask;
  }
  return { kind, nfmask, ctmask };
}
