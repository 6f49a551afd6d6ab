import type { LayoutForm } from '../expect/forms.ts';
import { type Declared, resolveConfig } from '../expect/layers.ts';
import { layoutText } from '../expect/layout-text.ts';
import { standInFor, whyRefused } from '../layout/index.ts';
import type { Config } from '../model/config.ts';

/** A layout as text, and what its reader should know of it. */
export interface ExpectedLayout {
  readonly text: string;
  readonly notes: readonly string[];
}

/**
 * The layout that Istio programs for what was declared, as text.
 * @throws UsageError when the inputs contradict each other, or the layout has no such form
 */
export function expected({ layers }: Declared, form: LayoutForm): ExpectedLayout {
  const { config } = resolveConfig(layers);
  const notes = [...assumed(config), ...refused(config)];
  return { text: layoutText(config, form), notes };
}

function assumed({ istioVersion }: Config): string[] {
  const known = standInFor(istioVersion);
  return known === null
    ? []
    : [`Istio ${istioVersion} is newer than every layout known here; this is what ${known} programs`];
}

/** Nothing is printed for what the kernel refuses, which must not be taken for an answer. */
function refused(config: Config): string[] {
  const refusal = whyRefused(config);
  return refusal === null
    ? []
    : [`Istio ${config.istioVersion} leaves no rule at all: ${refusal.reason}. ${refusal.remedy}`];
}
