import { expect, it } from 'vitest';
import { observeRules } from '../../src/observe/index.ts';
import { parseIpAddresses } from '../../src/parse/routing/addresses.ts';
import { diagnosisOf, saved } from '../diagnose/pod-of.ts';
import { createPod, ISTIO_STAND_INS, kernelTests, POD_IPV4, VARIANTS } from '../kernel/index.ts';

kernelTests('a firewall by the addresses of the pod does what check says it does', () => {
  it.each(
    VARIANTS.flatMap((variant) => [
      [variant, '10.77.0.0/24', 'healthy', true] as const,
      [variant, '10.77.0.5/32', 'healthy', true] as const,
      [variant, '10.77.1.0/24', 'broken', false] as const,
    ]),
  )('%s: INPUT lets %s through: %s', async (variant, range, verdict, arrives) => {
    await using pod = await createPod();
    await pod.listen(ISTIO_STAND_INS);
    const filter = `*filter\n:INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -d ${range} -j ACCEPT\nCOMMIT\n`;
    await pod.restore(variant, 'ipv4', `${saved({})}\n${filter}`);
    const text = await pod.readBack(variant, 'ipv4');
    const { stdout } = await pod.exec(['ip', 'addr', 'show']);
    const { addresses } = parseIpAddresses(stdout, { source: 'ip addr' });
    const shown = observeRules([{ name: 'rules', text }]);
    expect(diagnosisOf({ ...shown, routing: { rules: [], routes: [], addresses } }).verdict).toBe(verdict);
    expect(diagnosisOf(shown).verdict).toBe('undetermined');
    const { landed } = await pod.connect({ from: 'peer', to: POD_IPV4, port: 8080 });
    expect(landed !== 'timeout').toBe(arrives);
  });
});
