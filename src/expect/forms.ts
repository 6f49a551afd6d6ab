import type { Family } from '../model/family.ts';

/** The forms an expected layout can be printed in. */
export const EXPECTED_OUTPUTS = ['save', 'S', 'nft', 'json'] as const;

/** What a layout is printed as. Without a family both are printed, IPv4 first. */
export interface LayoutForm {
  readonly output: (typeof EXPECTED_OUTPUTS)[number];
  readonly family?: Family;
}
