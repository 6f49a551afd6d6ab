import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPod, ISTIO_STAND_INS, type KernelPod, kernelTests } from '../kernel/index.ts';
import { livesOf } from './flow/lives.ts';
import { generated, program, type Subject } from './flow/subjects.ts';
import { ADDRESSES } from './layouts/packets.ts';

const { own, peer } = ADDRESSES.ipv4;
/** Port 8080 goes past the proxy, so that its connections keep their addresses. */
const GOOD = generated('excluded port', 'nft', { istioVersion: '1.28.10', inboundPortsExclude: [8080] });

/** With a rule in front of all others of PREROUTING. */
function withRule(rule: string): Subject {
  const mangle = `*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 8080 ${rule}\nCOMMIT\n`;
  const texts = GOOD.texts.map(({ tool, text }) => ({ tool, text: `${text}${mangle}` }));
  return { ...GOOD, texts };
}

const CASES: readonly (readonly [string, Subject])[] = [
  ['nothing', GOOD],
  ['a rule on the first packet', withRule('-m conntrack --ctstate NEW -j DROP')],
  ['a rule on all but the first packet', withRule('-m conntrack --ctstate RELATED,ESTABLISHED -j DROP')],
  ['a rule that none of them meets', withRule('-m conntrack --ctstate INVALID -j DROP')],
];

kernelTests('a connection whose later packets are stopped does not get through', () => {
  let pod: KernelPod;
  beforeAll(async () => {
    pod = await createPod();
    await pod.listen(ISTIO_STAND_INS);
  });
  afterAll(() => pod?.remove());

  it.each(CASES)('%s', async (_, subject) => {
    await program(pod, subject);
    const life = livesOf(subject).find(({ name, family }) => name === 'inbound' && family === 'ipv4');
    const landing = await pod.connect({ from: 'peer', to: own, port: 8080, timeout: 500 });
    expect(life?.steps[0]?.packet).toMatchObject({ source: peer, destination: own });
    expect(life?.end === 'application').toBe(landing.port === 8080);
    expect(life?.intended).toBe(life?.end === 'application' ? 'yes' : 'no');
  });
});
