/** Values of a field by which a class of packets is told: these, or all except these. */
export interface FieldSet {
  readonly except: boolean;
  readonly values: readonly string[];
}

const EXCEPT = 'all except ';

/** The values as reports have them: `8080`, `all except 127.0.0.1,127.0.0.6`. */
export function fieldText({ except, values }: FieldSet): string {
  return `${except ? EXCEPT : ''}${values.join(',')}`;
}

/** The values that such a text names. */
export function fieldSet(text: string): FieldSet {
  const except = text.startsWith(EXCEPT);
  return { except, values: (except ? text.slice(EXCEPT.length) : text).split(',') };
}
