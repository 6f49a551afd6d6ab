import type { Target } from '../../../model/target.ts';
import type { BinaryOperator, Expression } from '../syntax.ts';
import { unsigned } from './intervals.ts';

/**
 * A value of 32 bits that nft computes from the marks: `(mark & a) ^ (connmark & b) ^ c`, all unsigned. Every tree of
 * `&`, `|` and `^` with constants has this form, because each bit of it is a constant, a bit, or an inverted bit.
 */
export interface MarkForm {
  readonly mark: number;
  readonly connmark: number;
  readonly constant: number;
}

/** The form of an expression; null when it is none (shifts, maps, other fields, two marks that overlap under `|`). */
export function markForm(expression: Expression): MarkForm | null {
  switch (expression.kind) {
    case 'value':
      return constantForm(expression.text);
    case 'selector':
      return selectorForm(expression.words.join(' '));
    case 'binary':
      return combine(expression.operator, markForm(expression.left), markForm(expression.right));
    default:
      return null;
  }
}

function constantForm(text: string): MarkForm | null {
  const number = unsigned(text);
  return number === null || number > 0xffffffffn ? null : { mark: 0, connmark: 0, constant: Number(number) };
}

function selectorForm(key: string): MarkForm | null {
  if (key === 'meta mark') return { mark: 0xffffffff, connmark: 0, constant: 0 };
  return key === 'ct mark' ? { mark: 0, connmark: 0xffffffff, constant: 0 } : null;
}

function combine(operator: BinaryOperator, left: MarkForm | null, right: MarkForm | null): MarkForm | null {
  if (left === null || right === null) return null;
  switch (operator) {
    case '^':
      return exclusiveOr(left, right);
    case '&':
      return isConstant(right) ? keep(left, right.constant) : isConstant(left) ? keep(right, left.constant) : null;
    case '|':
      return or(left, right);
    case '<<':
    case '>>':
      return null;
  }
}

function isConstant(form: MarkForm): boolean {
  return form.mark === 0 && form.connmark === 0;
}

function exclusiveOr(a: MarkForm, b: MarkForm): MarkForm {
  return {
    mark: (a.mark ^ b.mark) >>> 0,
    connmark: (a.connmark ^ b.connmark) >>> 0,
    constant: (a.constant ^ b.constant) >>> 0,
  };
}

function keep(form: MarkForm, bits: number): MarkForm {
  return {
    mark: (form.mark & bits) >>> 0,
    connmark: (form.connmark & bits) >>> 0,
    constant: (form.constant & bits) >>> 0,
  };
}

/** With a constant: clear its bits, then set them. Otherwise only where no bit can be set on both sides. */
function or(a: MarkForm, b: MarkForm): MarkForm | null {
  if (isConstant(b)) return exclusiveOr(keep(a, ~b.constant), b);
  if (isConstant(a)) return exclusiveOr(keep(b, ~a.constant), a);
  const used = (form: MarkForm): number => form.mark | form.connmark | form.constant;
  return (used(a) & used(b)) === 0 ? exclusiveOr(a, b) : null;
}

/**
 * The targets that assign the form. `(m & A) ^ X` of the mark itself is the change with mask `~A` and value `X`; with
 * the other mark it is a save or restore, and one more change where a constant is left over.
 */
export function assignMark(which: 'mark' | 'connmark', form: MarkForm): Target[] {
  const [own, other] = which === 'mark' ? [form.mark, form.connmark] : [form.connmark, form.mark];
  const cleared = ~own >>> 0;
  const change = which === 'mark' ? ('mark' as const) : ('connmark-set' as const);
  if (other === 0) return [{ kind: change, value: form.constant, mask: cleared }];
  const copy: Target =
    which === 'mark'
      ? { kind: 'connmark-restore', nfmask: cleared, ctmask: other }
      : { kind: 'connmark-save', nfmask: other, ctmask: cleared };
  return form.constant === 0 ? [copy] : [copy, { kind: change, value: form.constant, mask: 0 }];
}

/**
 * libxtables 1.8.9 writes CONNMARK --set-xmark V/M as `ct mark xor V and ~M`, which by nft's precedence would be
 * something else (and in the wrong order). nft itself folds two constants, so only libxtables can have written it.
 */
export function untangleTranslation(expression: Expression): Expression {
  if (expression.kind !== 'binary' || expression.operator !== '^') return expression;
  const { left, right } = expression;
  if (left.kind !== 'selector' || right.kind !== 'binary' || right.operator !== '&') return expression;
  if (right.left.kind !== 'value' || right.right.kind !== 'value') return expression;
  return { ...expression, left: { ...right, left, right: right.right }, right: right.left };
}
