import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findPython } from '../kernel/requirements.ts';

const SCRIPT = fileURLToPath(new URL('actors/actor.py', import.meta.url));

const ENTER_NAMESPACE = 'nsenter';
const FIRST = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];

/** Who a process of a pod is. */
export interface ActorOwner {
  readonly uid: number;
  /** The uid unless given. */
  readonly gid?: number;
  readonly groups?: readonly number[];
  /** At most 15 bytes, any of them. */
  readonly name?: string;
  /** `first`: process 1 of a pid namespace of its own, as in a container; or in that of another actor, as by exec. */
  readonly container?: 'first' | Actor;
}

/** A process in a network namespace that opens sockets when it is told to: see actors/actor.py. */
export class Actor {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;
  #errors = '';

  private constructor(netns: string, { uid, gid = uid, groups = [], container }: ActorOwner) {
    const supplementary = groups.length > 0 ? ['--groups', groups.join(',')] : ['--clear-groups'];
    const owner = ['setpriv', '--reuid', `${uid}`, '--regid', `${gid}`, ...supplementary];
    const place = container === 'first' ? FIRST : container === undefined ? [] : container.inside();
    const argv = [`--net=${netns}`, ...place, ...owner, findPython() ?? 'python3', '-B', SCRIPT];
    this.#child = spawn(ENTER_NAMESPACE, argv, { stdio: 'pipe' });
    this.#child.stderr.on('data', (data: Buffer) => {
      this.#errors += data.toString();
    });
    this.#lines = createInterface({ input: this.#child.stdout });
  }

  /** Starts a process of that owner in the namespace. */
  static async start(netns: string, owner: ActorOwner): Promise<Actor> {
    const actor = new Actor(netns, owner);
    if (owner.name !== undefined) await actor.ask('rename', { name: owner.name });
    return actor;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The start of a command that runs beside a first process of a container, and sees what it sees. */
  inside(): readonly string[] {
    const children = readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8').trim();
    return [ENTER_NAMESPACE, `--target=${children}`, '--pid', '--mount'];
  }

  /** What it could not do on its own account, as the proxy; empty when all went well. */
  get errors(): string {
    return this.#errors;
  }

  /**
   * Does one thing, and waits until it is done.
   * @throws Error with the reason when it could not
   */
  ask<Result = unknown>(operation: string, fields: object = {}): Promise<Result> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error(`${operation}: the actor ended: ${this.#errors}`));
      this.#child.once('exit', ended);
      this.#lines.once('line', (line) => {
        this.#child.removeListener('exit', ended);
        const answer = JSON.parse(line) as { readonly result?: Result; readonly error?: string };
        if (answer.error === undefined) resolve(answer.result as Result);
        else reject(new Error(`${operation} ${JSON.stringify(fields)}: ${answer.error}`));
      });
      this.#child.stdin.write(`${JSON.stringify({ op: operation, ...fields })}\n`);
    });
  }

  /** Ends the process and its sockets. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.stdin.end();
    await gone;
  }
}
