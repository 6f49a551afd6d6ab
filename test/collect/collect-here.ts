/** Collects from the namespace it runs in and prints the capture: live.test.ts starts it with other rights. */
import { localFiles } from '../../src/collect/files.ts';
import { collectLive } from '../../src/collect/live.ts';
import { localRunner } from '../../src/collect/local-runner.ts';

process.stdout.write(JSON.stringify(await collectLive(localRunner(), localFiles())));
