import { expect, it } from 'vitest';
import { printNft } from '../../../src/print/nft/index.ts';
import { comparable, corpusRecordings, fixture, tablesOf } from '../../parse/nft/recordings.ts';
import { describeWithKernel, inNamespace } from './namespace.ts';

/** Tables that refer to nothing outside of the model. */
const recordings = corpusRecordings().filter(({ text }) =>
  tablesOf(text).every(({ backend }) => backend === 'nftables'),
);

describeWithKernel('what is printed, loaded into a kernel and listed again', () => {
  it.skipIf(recordings.length === 0)('is the recorded listing, for every recording', () => {
    inNamespace((namespace) => {
      for (const { id, text } of recordings) {
        namespace.load(printNft(tablesOf(text)));
        expect(namespace.list(), id).toBe(text);
      }
    });
  });

  it('is the same rule for every form, as text and as JSON', () => {
    inNamespace((namespace) => {
      namespace.load(fixture('statements.nft'));
      const tables = tablesOf(namespace.list());
      namespace.load(printNft(tables));
      const again = namespace.list();
      expect(comparable(tablesOf(again))).toEqual(comparable(tables));
      // Once printed by us and listed by nft, the text does not change any more.
      namespace.load(printNft(tablesOf(again)));
      expect(namespace.list()).toBe(again);
      const marks = (text: string): unknown => comparable(withoutMaps(text));
      expect(marks(namespace.list('-j', 'list', 'ruleset'))).toEqual(marks(again));
    });
  });

  it('is the same listing for the forms that have one name', () => {
    inNamespace((namespace) => {
      namespace.load(fixture('statements.nft'));
      const first = namespace.list();
      namespace.load(printNft(tablesOf(first)));
      const until = (text: string): string => text.slice(0, text.indexOf('\tchain other {'));
      expect(until(namespace.list())).toBe(until(first));
    });
  });

  it('reads the fixtures as this kernel lists them, so that they are no older than the code', () => {
    inNamespace((namespace) => {
      namespace.load(fixture('statements.nft'));
      expect(comparable(tablesOf(namespace.list()))).toEqual(comparable(tablesOf(fixture('statements.list.nft'))));
    });
  });
});

/** Maps have another shape in JSON; both forms are unknown, with other raw text. */
function withoutMaps(text: string): ReturnType<typeof tablesOf> {
  return tablesOf(text).map((table) => ({
    ...table,
    chains: table.chains.map((chain) => ({
      ...chain,
      rules: chain.rules.map((rule) =>
        rule.targets.some(({ kind }) => kind === 'unknown') ? { ...rule, targets: [], matches: [] } : rule,
      ),
    })),
  }));
}
