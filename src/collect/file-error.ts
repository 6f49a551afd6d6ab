/** Why a file gave no text. */
export type FileErrorKind =
  | 'missing'
  | 'forbidden'
  | 'too-large'
  | 'not-text'
  | 'directory'
  | 'not-a-file'
  | 'timed-out'
  | 'terminal'
  | 'unreadable';

/** Why there is no text. */
export interface FileFailure {
  readonly error: FileErrorKind;
  readonly message: string;
}

/** A file that is not what we read, or comes too slowly. */
export class FileProblem extends Error {
  readonly kind: FileErrorKind;

  constructor(kind: FileErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

const SYSTEM_ERRORS: Readonly<Record<string, FileFailure>> = {
  ENOENT: { error: 'missing', message: 'there is no such file' },
  ENOTDIR: { error: 'missing', message: 'there is no such file' },
  EACCES: { error: 'forbidden', message: 'this user may not read it' },
  EPERM: { error: 'forbidden', message: 'this user may not read it' },
  EISDIR: { error: 'directory', message: 'it is a directory' },
};

/** The error of a file, or of a failed system call, as a result. */
export function fileError(error: unknown): FileFailure {
  if (error instanceof FileProblem) return { error: error.kind, message: error.message };
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = Object.hasOwn(SYSTEM_ERRORS, code) ? SYSTEM_ERRORS[code] : undefined;
  return known ?? { error: 'unreadable', message: `it cannot be read (${code === '' ? 'unknown error' : code})` };
}
