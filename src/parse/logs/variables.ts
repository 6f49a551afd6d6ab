import { recordsOf } from './records.ts';

/** How istio-iptables heads what it was called with, since 1.0 and since its logger. */
const HEAD = /(?:^|\s)(?:Variables:|Istio iptables variables:)\s*$/;
const VARIABLE = /(?:^|\s)([A-Z][A-Z0-9_]{2,40})=(\S*)\s*$/;
/** The inputs of rules; others are no word about them, and some names mean more where the pod itself sets them. */
const INPUT = /^(?:PROXY_(?:UID|GID|PORT|INBOUND_CAPTURE_PORT)|(?:IN|OUT)BOUND_[A-Z_]+)$/;

/**
 * The variables that a log of istio-init or istio-cni prints before it hands rules over: the inputs that these were made
 * from. Where they are printed twice with other values, as for two pods, none counts.
 */
export function variablesIn(text: string): Readonly<Record<string, string>> {
  const found = new Map<string, string>();
  const unsure = new Set<string>();
  let isInside = false;
  for (const record of recordsOf(text)) {
    if (HEAD.test(record.text)) isInside = true;
    else if (isInside && !/^-+$/.test(record.text.trim())) {
      const [, name, value = ''] = VARIABLE.exec(record.text) ?? [];
      isInside = name !== undefined;
      if (name !== undefined && INPUT.test(name) && value !== '') note(found, unsure, name, value);
    }
  }
  return Object.fromEntries([...found].filter(([name]) => !unsure.has(name)));
}

function note(found: Map<string, string>, unsure: Set<string>, name: string, value: string): void {
  if ((found.get(name) ?? value) !== value) unsure.add(name);
  found.set(name, value);
}
