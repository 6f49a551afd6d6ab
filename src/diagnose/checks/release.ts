import { defineCheck } from '../check.ts';
import { olderLayout } from '../traffic/describe.ts';

/** Rules that are right, for a release before the one that was named. */
export const release = defineCheck({
  id: 'release',
  ofLayout: true,
  description: 'the layout is that of the release named',
  codes: ['NAT0112'],
  traffic: ['NAT0112'],
  run: (context, told) => {
    const found = told();
    if (found.length > 0) return found;
    return context.older === null ? [] : [olderLayout([], context.older, context)];
  },
});
