/** Listens on `address:port` lists of tcp and udp under a process name: `listen.mjs envoy 0.0.0.0:15001 127.0.0.1:15053`. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

const [, , name = 'listener', tcp = '', udp = ''] = process.argv;
process.title = name;

for (const [host, port] of endpoints(tcp)) {
  const server = createServer().listen(host === '*' ? { port } : { host, port, ipv6Only: host.includes(':') });
  await once(server, 'listening');
}
for (const [host, port] of endpoints(udp)) {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4').bind(port, host);
  await once(socket, 'listening');
}
process.stdout.write('listening\n');

function endpoints(list) {
  return list
    .split(',')
    .filter((item) => item !== '')
    .map((item) => {
      const colon = item.lastIndexOf(':');
      return [item.slice(0, colon).replace(/^\[|\]$/g, ''), Number(item.slice(colon + 1))];
    });
}
