/** Commands that run where the cluster is administered, and cannot be run here: what they look like. */
const SHAPES = [
  /^kubectl get pod (?:POD -n NAMESPACE -o yaml|-A -o wide)$/,
  /^kubectl describe pod POD -n NAMESPACE$/,
  /^kubectl logs POD -n NAMESPACE -c istio-proxy$/,
  /^kubectl debug -it POD -n NAMESPACE --image=IMAGE --profile=netadmin -- istio-nat check$/,
  /^kubectl debug node\/NODE -it --image=IMAGE --profile=sysadmin -- istio-nat check$/,
  /^istioctl proxy-status$/,
];

/** Whether a command for the cluster is one of those that somebody has tried. */
export function isKnownShape(line: string): boolean {
  return SHAPES.some((shape) => shape.test(line));
}

/** The lines of the blocks of shell commands in a text, fenced. */
export function commandsOf(text: string): string[] {
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.trim().split('\n'));
}

/** The commands of istio-nat in indented blocks, joined where a line ends in a backslash, without remarks and what pipes into them. */
export function indentedCommands(text: string): string[] {
  const joined = text.replaceAll(/ \\\n\s+/g, ' ');
  const lines = [...joined.matchAll(/^ {4}(.*\S)/gm)].map(([, line = '']) => line.replace(/\s+#.*$/, ''));
  return lines.flatMap((line) => /(?:^|\| )(istio-nat .*)$/.exec(line)?.[1] ?? []);
}
