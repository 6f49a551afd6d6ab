import type { Peeled, Wrapper } from './wrapper.ts';

/** Where loggers, collectors and clouds put the message; the innermost first. */
const MESSAGES = ['msg', 'message', 'log', 'MESSAGE', 'textPayload', 'line', 'body', 'text', '@message'];
const LEVELS = ['level', 'severity', 'lvl', 'levelname', 'loglevel', 'log.level'];
const TIMES = ['time', 'ts', 'timestamp', '@timestamp', 'asctime'];
const NESTED = ['jsonPayload', '_source', 'data', 'fields', 'attributes'];

/** A line that is a JSON object with a message: what Docker keeps, zap, zerolog, slog and clouds write. */
export const jsonRecord: Wrapper = (line) => {
  if (!line.startsWith('{') || line.length < 8) return null;
  const record = objectOf(line.replace(/,$/, ''));
  return record === null ? null : ofRecord(record);
};

function ofRecord(record: Readonly<Record<string, unknown>>): Peeled | null {
  const message = stringAt(record, MESSAGES);
  if (message === null) {
    const inner = NESTED.map((key) => record[key]).find(isObject);
    return inner === undefined ? null : ofRecord(inner);
  }
  const isDocker = 'stream' in record && 'log' in record;
  if (isDocker) return { text: message.replace(/\r?\n$/, ''), ...(message.endsWith('\n') ? {} : { open: true }) };
  return { text: asLogged(stringAt(record, TIMES), stringAt(record, LEVELS), message) };
}

/** `time=… level=info msg="…"`. */
export const logfmt: Wrapper = (line) => {
  if (!/^[A-Za-z_@][\w.@-]*=/.test(line) || !/\b(?:msg|message)=/.test(line)) return null;
  const fields = fieldsOf(line);
  if (fields === null) return null;
  const message = stringAt(fields, MESSAGES);
  return message === null ? null : { text: asLogged(stringAt(fields, TIMES), stringAt(fields, LEVELS), message) };
};

const FIELD = /\s*([A-Za-z_@][\w.@-]*)=("(?:[^"\\]|\\.)*"|[^\s"]*)(?=\s|$)/y;

/** The fields of a line that has nothing else; null when it has. */
function fieldsOf(line: string): Readonly<Record<string, string>> | null {
  const fields: Record<string, string> = {};
  FIELD.lastIndex = 0;
  for (let end = 0; end < line.length; end = FIELD.lastIndex) {
    const [, key, value] = FIELD.exec(line) ?? [];
    if (key === undefined || value === undefined) return null;
    fields[key] = value.startsWith('"') ? unquoted(value) : value;
  }
  return fields;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function unquoted(value: string): string {
  return value
    .slice(1, -1)
    .replace(/\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))/g, (_, wide, narrow, one: string) => {
      const code = (wide ?? narrow) as string | undefined;
      return code === undefined ? (ESCAPES[one] ?? one) : String.fromCharCode(Number.parseInt(code, 16));
    });
}

const ALARMING = /^(?:warn|warning|error|err|critical|fatal|panic|emergency|alert)$/i;

/** The message; where something went wrong, as a logger that writes plain text would have written it. */
function asLogged(time: string | null, level: string | null, message: string): string {
  const text = message.replace(/\r?\n$/, '');
  return level === null || !ALARMING.test(level) ? text : `${time ?? ''}\t${level.toLowerCase()}\t${text}`.trimStart();
}

function objectOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && !('nftables' in value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function stringAt(record: Readonly<Record<string, unknown>>, keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = Object.hasOwn(record, key) ? record[key] : undefined;
    if (typeof value === 'string') return value;
    if (typeof value === 'number' && keys !== MESSAGES) return String(value);
  }
  return null;
}
