/** The variants of iptables: the same commands, two different places in the kernel. */
export const VARIANTS = ['nft', 'legacy'] as const;
export type Variant = (typeof VARIANTS)[number];

/** A process that listens in place of a container of the pod. */
export interface StandIn {
  /** Process name, as ss shows it. */
  readonly name: string;
  readonly uid: number;
  /** The uid unless said. */
  readonly gid?: number;
  /** `address:port`; `*:port` takes both families. */
  readonly tcp: readonly string[];
  readonly udp?: readonly string[];
}

/** The inputs of istio-nat, in the form of its configuration file. */
export type Inputs = { readonly istioVersion: string } & Readonly<Record<string, unknown>>;

/** A layout that Istio would have programmed, with the containers that run on it. */
export interface Layout {
  readonly inputs: Inputs;
  readonly standIns: readonly StandIn[];
}

/** What a reader has to find who was told nothing. */
export interface Undeclared {
  readonly saved: readonly string[] | 'undetermined';
  readonly live?: readonly string[] | 'undetermined';
}

/** What is done to a healthy pod, and what a reader has to find. */
export interface Fault {
  /** Folder of the fixture. */
  readonly name: string;
  /** Name of the healthy layout in `layouts.ts`, whose recording is the twin. */
  readonly layout: string;
  /**
   * Commands with words parted by single blanks. `iptables` and `ip6tables` stand for the variant that is recorded,
   * `other-iptables…` for the other one.
   */
  readonly commands: readonly string[];
  /** Errors and warnings that have to be found, and no others; info where it is what the scenario is about. */
  readonly codes: readonly string[];
  /** Text that the first finding has to show: the guilty rule or socket. */
  readonly quotes: string;
  /** What decides is not shown: the answer is undetermined. */
  readonly open?: true;
  /**
   * The same with nothing declared, where it is worth a word: by what the rules alone say, and by all that a live check
   * reads. `undetermined` in place of codes: no finding, and a question.
   */
  readonly undeclared?: Undeclared;
  /** In place of the layout's. */
  readonly standIns?: readonly StandIn[];
  /** What istio-nat is told when that is not what was programmed. */
  readonly told?: Inputs;
  /** Another layout that the other variant holds at the same time. */
  readonly also?: string;
  /** The layout is not programmed at all. */
  readonly unprogrammed?: true;
  /** Also records everything that a live check reads, because saved rules do not show it. */
  readonly live?: true;
  /** ss runs without the right to see process names. */
  readonly processesHidden?: true;
  /** Variants that the fault exists on; both unless said. */
  readonly variants?: readonly Variant[];
}
