import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findPython } from './requirements.ts';

const SCRIPT = fileURLToPath(new URL('agent/agent.py', import.meta.url));

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The Python process that owns a pod's namespaces (see agent/agent.py): requests out, answers back in order. It ends
 * when its standard input closes, which the kernel does for us however this process ends.
 */
export class AgentProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #pending: Pending[] = [];
  #errors = '';

  constructor() {
    // -B: no __pycache__ among the sources; -I would hide the agent's own modules
    this.#child = spawn(findPython() ?? 'python3', ['-B', SCRIPT], { stdio: 'pipe' });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#receive(line));
    this.#child.stderr.on('data', (data: Buffer) => {
      this.#errors += data.toString();
    });
    this.#child.on('error', (error) => this.#fail(error.message));
    this.#child.on('close', (code, signal) => this.#fail(`it ended (${signal ?? code}) ${this.#errors.trim()}`));
    this.#child.stdin.on('error', (error) => this.#fail(error.message));
  }

  /** The process id, for /proc. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Sends one request and waits for its answer.
   * @throws Error with the agent's message when it could not do it
   */
  request<Result>(operation: string, fields: object = {}): Promise<Result> {
    return new Promise((resolve, reject) => {
      // the shape of each answer is what agent.py returns for that operation
      this.#pending.push({ resolve: (result) => resolve(result as Result), reject });
      this.#child.stdin.write(`${JSON.stringify({ op: operation, ...fields })}\n`);
    });
  }

  /** Ends the process and with it the namespaces; resolves when the process is gone. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.stdin.end();
    await closed;
  }

  #receive(line: string): void {
    const answer = JSON.parse(line) as { readonly result?: unknown; readonly error?: string };
    const waiting = this.#pending.shift();
    if (answer.error === undefined) waiting?.resolve(answer.result ?? null);
    else waiting?.reject(new Error(`kernel agent: ${answer.error}`));
  }

  #fail(reason: string): void {
    for (const waiting of this.#pending.splice(0)) waiting.reject(new Error(`kernel agent: ${reason}`));
  }
}
