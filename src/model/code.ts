/** Every code that a report can have; stable, never renumbered and never used again. The catalogue has an entry for each. */
export type Code =
  | `NAT01${'01' | '02' | '03' | '04' | '05' | '06' | '07' | '08' | '09' | '10' | '11' | '12' | '13' | '14'}`
  | `NAT02${'01' | '02' | '03' | '04' | '05' | '06' | '07' | '08' | '09' | '10'}`
  | `NAT030${1 | 2 | 3 | 4 | 5 | 6 | 7}`
  | `NAT040${1 | 2 | 3 | 4 | 5 | 6}`
  | `NAT050${1 | 2 | 3}`
  | `NAT060${1 | 2 | 3 | 4}`
  | `NAT070${1 | 2 | 3 | 4 | 5}`
  | `NAT080${1 | 2 | 3 | 4 | 5 | 6 | 7}`
  | `NAT090${1 | 2 | 3 | 4 | 5 | 6}`
  | `NAT100${1 | 2 | 3 | 4 | 5 | 6 | 7}`;

/** What stands in the way of an answer: no check raises these, any stage may. */
export type ObstacleCode = `NAT100${1 | 2 | 3 | 4}`;

/** What a check can find. */
export type FindingCode = Exclude<Code, ObstacleCode>;
