#!/usr/bin/env node
// Without HOME and for a uid that is not in passwd (any pod that sets runAsUser), oclif crashes while it loads: so
// these must be set first, and the rest imported after them.
process.env.HOME ||= '/';
process.env.SHELL ||= '/bin/sh';
process.env.ISTIO_NAT_DISABLE_THEME = '1';
// What else oclif and its packages read (folders of theirs, a theme, debug output that nothing escapes) is the pod's to
// choose, and nothing that a report should hang on.
for (const name of Object.keys(process.env)) {
  if (
    /^(DEBUG|CLI_FLAGS_DEBUG|(OCLIF|XDG|TS_NODE)_.*|ISTIO_NAT_(BINPATH|(CACHE|CONFIG|DATA)_DIR|NPM_REGISTRY|S3_BUCKET))$/.test(
      name,
    )
  )
    delete process.env[name];
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19))
  fail(`It needs Node.js 20.19 or later; this is ${process.versions.node}.`);

const { main } = await import('../dist/cli/main.js').catch((error) =>
  fail(`It cannot be loaded: ${error.message}\n  Install it again, or in a checkout: npm ci && npm run build`),
);
await main(process.argv.slice(2), { root: import.meta.dirname });
// An open standard input that nobody closes, as under `kubectl exec -i`, must not keep us here.
process.stdout.write('', () => process.exit());

/** Nothing can be looked at: Node.js alone would exit with 1, which means findings. */
function fail(message) {
  // No module can be counted on here: report/escape.ts does the same to everything else.
  const visible = message.replace(/[^\n\P{C}]|[\u2028\u2029]/gu, (character) => JSON.stringify(character).slice(1, -1));
  process.stderr.write(`istio-nat: ${visible}\n`);
  process.exit(3);
}
