import { recorded, texts } from '../checkout.ts';
import type { Job } from '../job.ts';
import { textJob } from './fixtures.ts';

/** Texts as people paste them, where they are there. */
export function* fieldJobs(): Generator<Job> {
  const folder = recorded('field');
  if (folder === null) return;
  for (const [name, text] of Object.entries(texts(folder))) yield textJob(`field/${name}`, name, text);
}
