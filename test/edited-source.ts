import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** Where the source is, with a slash at the end. */
export const SRC = fileURLToPath(new URL('../src/', import.meta.url));

/** What becomes of the text of a file. */
export type Edit = (text: string) => string;

const options: ts.CompilerOptions = {
  ...ts.convertCompilerOptionsFromJson(
    ts.readConfigFile(`${SRC}../tsconfig.json`, ts.sys.readFile).config.compilerOptions,
    `${SRC}..`,
  ).options,
  noEmit: true,
  // The types of Node take longer to read than all of the source. Only files that use none of them can be asked about.
  types: [],
};
const unchanged = new Map<string, ts.SourceFile | undefined>();

/** What the compiler says of each of the files that were asked about, where it has something to say. */
type Complaints = Readonly<Record<string, string>>;

/** Asks the compiler about files while some of the source, these or others, are edited, in memory alone. */
export type Compiler = (edits: Readonly<Record<string, Edit>>, asked?: readonly string[]) => Complaints;

/** A compiler of these files and all that they import, which it reads and resolves once. */
export function compilerOf(files: readonly string[]): Compiler {
  let program: ts.Program | undefined;
  const roots = files.map((file) => `${SRC}${file}`);
  return (edits, asked = files) => {
    const edited = ts.createProgram(roots, options, editing(edits), program);
    program = edited;
    return Object.fromEntries(
      asked.flatMap((file) => {
        const found = edited.getSemanticDiagnostics(edited.getSourceFile(`${SRC}${file}`));
        const text = found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')).join('\n');
        return found.length === 0 ? [] : [[file, text]];
      }),
    );
  };
}

function editing(edits: Readonly<Record<string, Edit>>): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (path, languageOptions, ...rest) => {
    const edit = path.startsWith(SRC) ? edits[path.slice(SRC.length)] : undefined;
    if (edit) return ts.createSourceFile(path, edit(ts.sys.readFile(path) ?? ''), languageOptions, true);
    if (!unchanged.has(path)) unchanged.set(path, read(path, languageOptions, ...rest));
    return unchanged.get(path);
  };
  return host;
}

/** Puts another text in the place of one that has to be there once. */
export function replaced(from: string, to: string): Edit {
  return (text) => {
    const parts = text.split(from);
    if (parts.length !== 2) throw new Error(`${parts.length - 1} places say "${from}"`);
    return parts.join(to);
  };
}
