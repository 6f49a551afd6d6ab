import type { Undetermined } from '../../model/report.ts';
import { annotation } from './command.ts';

/** What could not be told, which must not look like a run without findings. */
export function obstacleAnnotation({ code, message, remedy }: Undetermined): string {
  return annotation('error', { title: `${code} could not be told` }, `${message}\nTo see it: ${remedy}`);
}
