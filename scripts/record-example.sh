#!/usr/bin/env bash
# Records examples/broken-pod from a real kernel: a namespace programmed with the layout of Istio 1.28.10, stand-ins for
# the proxy (uid 1337) and an application (uid 1000) that listen, and then three faults that people meet: port 8080
# excluded from capture by hand, the exemption of the proxy's gid deleted, and another agent's ACCEPT ahead of the jump.
# Needs root, iptables, iproute2, and a built istio-nat (npm run build).
set -euo pipefail
cd "$(dirname "$0")/.."
name="istio-nat-example-$$"
out=examples/broken-pod
mkdir -p "$out"
ip netns add "$name"
trap 'ip netns pids "$name" | xargs -r kill; ip netns del "$name"' EXIT
in_pod() { ip netns exec "$name" "$@"; }
listen() { # uid, ports
  in_pod setpriv --reuid "$1" --regid "$1" --clear-groups node -e \
    'for (const port of process.argv.slice(1)) require("node:net").createServer().listen(Number(port), "0.0.0.0")' "${@:2}" &
}
in_pod ip link set lo up
node bin/run.js expected --istio-version 1.28.10 --output save --family ipv4 | in_pod iptables-nft-restore
listen 1337 15001 15006 15020 15021 15090
listen 1000 8080
sleep 1
in_pod iptables-nft -t nat -I ISTIO_INBOUND 1 -p tcp --dport 8080 -j RETURN
in_pod iptables-nft -t nat -D ISTIO_OUTPUT -m owner --gid-owner 1337 -j RETURN
in_pod iptables-nft -t nat -I OUTPUT 1 -p tcp --dport 5432 -m comment --comment 'backup agent' -j ACCEPT
in_pod iptables-nft-save | sed -E '/^#/s/ on .*//' > "$out/rules.v4.save"
in_pod ss -Htlnpe | sed -E 's/pid=[0-9]+/pid=1/' > "$out/sockets.ss"
