import { defineCheck } from '../check.ts';
import { finding } from '../finding.ts';
import { bothWays, outboundTo } from '../typical-packet.ts';

/** The agent gives ServiceEntries without an address one of 240.240.0.0/16 (ISTIO_META_DNS_AUTO_ALLOCATE, since 1.8). */
const AUTOMATIC = '240.240.0.1';
const HTTPS = 443;
const VARIABLE = 'ISTIO_META_DNS_AUTO_ALLOCATE';

/** The addresses that the DNS proxy makes up lead nowhere unless the proxy gets the connections to them. */
export const automaticAddresses = defineCheck({
  id: 'automatic-addresses',
  description: 'the addresses that the DNS proxy gives to ServiceEntries are captured',
  codes: ['NAT0208'],
  run: (context) => {
    const { config, said, families } = context;
    const used = config.dataplane === 'sidecar' && config.redirectDns && said.environment[VARIABLE] === 'true';
    if (!used || config.outboundIpRangesInclude === '*' || !families.includes('ipv4')) {
      return { skipped: 'all addresses are captured, or no automatic ones are known to be used' };
    }
    const { live, intended } = bothWays(outboundTo(AUTOMATIC, HTTPS, 'tcp', 'ipv4', context), context);
    if (live.verdict.kind !== 'accept' || intended.verdict.kind !== 'accept') return [];
    const ranges = config.outboundIpRangesInclude.join(', ') || 'none';
    return [
      finding('NAT0208', {
        message: `The DNS proxy answers with addresses of 240.240.0.0/16 for ServiceEntries, and the captured ranges (${ranges}) leave them out: connections to such a host go to an address that does not exist.`,
        family: 'ipv4',
        evidence: [{ kind: 'command', command: 'env', text: `${VARIABLE}=true` }],
      }),
    ];
  },
});
