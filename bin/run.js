#!/usr/bin/env node
// Without HOME and for a uid that is not in passwd (any pod that sets runAsUser), oclif crashes while it loads: so
// these must be set first, and the rest imported after them.
process.env.HOME ||= '/';
process.env.SHELL ||= '/bin/sh';
process.env.ISTIO_NAT_DISABLE_THEME ??= '1';

const { main } = await import('../dist/cli/main.js');
await main(process.argv.slice(2), { root: import.meta.dirname });
// An open standard input that nobody closes, as under `kubectl exec -i`, must not keep us here.
process.stdout.write('', () => process.exit());
