import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer, Job } from './job.ts';

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

/** The built program of a checkout, loaded once in a child process. */
export class Program {
  readonly #child: ChildProcess;

  constructor(checkout: string) {
    const settings = /^(ISTIO_NAT_|FORCE_COLOR|NODE_ENV|DEBUG)/;
    const kept = Object.entries(process.env).filter(([name]) => !settings.test(name));
    this.#child = fork(WORKER, [checkout], {
      env: { ...Object.fromEntries(kept), NO_COLOR: '1' },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  }

  /** Does the runs of a job one after the other. */
  answer(job: Job): Promise<Answer> {
    return new Promise((done, failed) => {
      const ended = () => failed(new Error(`The program ended its process in ${job.name}.`));
      this.#child.once('exit', ended);
      this.#child.once('message', (answer: Answer) => {
        this.#child.off('exit', ended);
        done(answer);
      });
      this.#child.send(job);
    });
  }

  [Symbol.dispose](): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}
