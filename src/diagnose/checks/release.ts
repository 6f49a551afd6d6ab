import { isNewerThanKnown, NEWEST_MINOR, parseRelease } from '../../layout/index.ts';
import type { Check } from '../check.ts';
import { olderLayout } from '../traffic/describe.ts';
import { trafficFindings } from '../traffic/groups.ts';

/** Rules that are right, for a release before the one that was named. */
export const release: Check = {
  id: 'release',
  description: 'the layout is that of the release named',
  codes: ['NAT0112'],
  run: (context) => {
    const named = parseRelease(context.config.istioVersion);
    if (!('error' in named) && isNewerThanKnown(named)) {
      return {
        skipped: `Istio ${context.config.istioVersion} is newer than every layout known here; held against 1.${NEWEST_MINOR}`,
      };
    }
    if (context.older === null) return [];
    const found = trafficFindings(context).filter(({ code }) => code === 'NAT0112');
    return found.length > 0 ? found : [olderLayout([], context.older, context)];
  },
};
