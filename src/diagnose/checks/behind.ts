import { capturedGuests } from '../behind/captured.ts';
import { toldOf } from '../behind/told.ts';
import { defineCheck } from '../check.ts';
import { finding } from '../finding.ts';
import { guestsTold } from '../traffic/groups.ts';

/** Containers, virtual machines and peers of a tunnel behind the pod, whose traffic the pod forwards. */
export const behind = defineCheck({
  id: 'forwarded-traffic',
  description: 'what the pod forwards for others is not captured as if it were for the pod',
  codes: ['NAT0210'],
  run: (context) => {
    if (context.config.scope === 'host') return { skipped: 'this is a node' };
    const captured = capturedGuests(context);
    const told = guestsTold(context);
    const [first, ...others] = captured.filter((guests) => !told.has(guests));
    if (first !== undefined)
      return [
        finding('NAT0210', { severity: 'warning', likely: { kind: 'told' }, ...toldOf([first, ...others], context) }),
      ];
    return captured.length > 0 ? { skipped: 'the finding about the rules of the same program says so' } : [];
  },
});
