import { describe, expect, it } from 'vitest';
import { commands } from '../../../src/commands/index.ts';
import { CATALOGUE, type CatalogueEntry, pageOf, READING_NOTES } from '../../../src/diagnose/catalogue/index.ts';
import { PUBLISHED } from './contract.ts';

/** Everything that reads as prose, where commands and settings stand between backticks. */
function prose(entry: CatalogueEntry): string[] {
  const told = [...entry.confirm.map(({ lookFor }) => lookFor), ...entry.distinguish.map(({ tell }) => tell)];
  return [entry.title, entry.meaning, ...entry.causes, ...entry.remedy, ...told];
}

/** The commands of a text: what stands between backticks and starts with a program. */
function quotedCommands(text: string): string[] {
  return [...text.matchAll(/`((?:kubectl|istioctl|istio-nat|nsenter|ip6?tables[a-z-]*|nft) [^`]*)`/g)].map(
    (found) => found[1] ?? '',
  );
}

/** The stages of a shell command, without those inside quotes. */
function stages(command: string): string[] {
  return command
    .replaceAll(/"[^"]*"|'[^']*'/g, 'QUOTED')
    .split(/[|;]/)
    .map((stage) => stage.trim());
}

/** What a command that only looks may start with. iptables-save without -t creates no table; `iptables -S` may. */
const LOOKS = [
  /^ip6?tables-(?:nft-|legacy-)?save(?: -c)?$/,
  /^(?:grep|sort|uniq)\b/,
  /^nft list (?:ruleset|tables|table inet istio-[a-z-]+)$/,
  /^ss -/,
  /^ip (?:-6 )?(?:rule|route|addr) show\b/,
  /^cat \/(?:proc|etc)\//,
  /^command -v\b/,
  /^kubectl (?:get|describe|logs|auth can-i)\b/,
  /^istioctl (?:proxy-status|proxy-config|analyze)\b/,
  /^istio-nat (?:check|trace|expected)\b/,
  /^bpftool cgroup tree$/,
];

/** Annotations and labels that exist. A misspelt one does nothing, without any message. */
const ISTIO_NAMES = new Set([
  'traffic.sidecar.istio.io/includeInboundPorts',
  'traffic.sidecar.istio.io/excludeInboundPorts',
  'traffic.sidecar.istio.io/includeOutboundPorts',
  'traffic.sidecar.istio.io/excludeOutboundPorts',
  'traffic.sidecar.istio.io/includeOutboundIPRanges',
  'traffic.sidecar.istio.io/excludeOutboundIPRanges',
  'traffic.sidecar.istio.io/excludeInterfaces',
  'traffic.sidecar.istio.io/kubevirtInterfaces',
  'istio.io/reroute-virtual-interfaces',
  'istio.io/dataplane-mode',
  'sidecar.istio.io/interceptionMode',
  'sidecar.istio.io/inject',
  'sidecar.istio.io/status',
  'proxy.istio.io/config',
  'ambient.istio.io/redirection',
  'ambient.istio.io/dns-capture',
  'ambient.istio.io/bypass-inbound-capture',
]);

describe('the catalogue', () => {
  it('has every published code with its name and severity, in order, and no other', () => {
    expect(CATALOGUE.map(({ code, severity, name }) => [code, severity, name])).toEqual(PUBLISHED);
  });

  it('has no name and no title twice', () => {
    expect(new Set(CATALOGUE.map((entry) => entry.name)).size).toBe(CATALOGUE.length);
    expect(new Set(CATALOGUE.map((entry) => entry.title)).size).toBe(CATALOGUE.length);
  });

  it('has one group for each first four digits', () => {
    const groups = new Set(CATALOGUE.map((entry) => `${entry.code.slice(0, 5)} ${entry.group}`));
    expect(groups.size).toBe(new Set(CATALOGUE.map((entry) => entry.code.slice(0, 5))).size);
  });

  it('says where the page of a code is', () => {
    expect(pageOf('NAT0101')).toBe('docs/findings/NAT0101.md');
  });
});

/** Asks each entry, and says which one fails. */
function everyEntry(check: (entry: CatalogueEntry) => void): void {
  for (const entry of CATALOGUE) {
    try {
      check(entry);
    } catch (error) {
      throw new Error(`${entry.code}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
}

describe('every entry', () => {
  it('says something in every part', () => {
    everyEntry((entry) => {
      expect(Math.min(entry.causes.length, entry.confirm.length, entry.remedy.length)).toBeGreaterThan(0);
      for (const text of [...prose(entry), entry.rights]) expect(text).toMatch(/^\S.*\S$/);
    });
  });

  it('tells apart causes that it has, and no two in the same words', () => {
    everyEntry(({ causes, distinguish }) => {
      for (const { cause, tell } of distinguish) {
        expect(causes).toContain(cause);
        expect(tell).toMatch(/\.$/);
      }
      expect(new Set(distinguish.map(({ tell }) => tell)).size).toBe(distinguish.length);
    });
  });

  it('has a title that fits a line, and texts that are sentences', () => {
    everyEntry((entry) => {
      expect(entry.title).toMatch(/^.{10,76}[^.]$/);
      for (const text of [entry.meaning, ...entry.causes, ...entry.remedy])
        expect(text).toMatch(/^(?:[^a-z]|istio-|iptables|ztunnel).*\.$/);
      // The renderers put "Look for:" in front and a full stop behind.
      for (const { lookFor } of entry.confirm) expect(lookFor).not.toMatch(/\.$/);
    });
  });

  it('names releases that can be compared, the older one first', () => {
    everyEntry(({ since, until }) => {
      for (const release of [since, until ?? since]) expect(release).toMatch(/^1\.\d{1,2}(\.\d{1,2})?$/);
      expect(Number(since.split('.')[1])).toBeLessThanOrEqual(Number((until ?? since).split('.')[1]));
    });
  });

  it('closes every backtick', () => {
    everyEntry((entry) => {
      for (const text of prose(entry)) expect(text.split('`').length % 2, text).toBe(1);
    });
  });

  it('confirms with commands that change nothing', () => {
    everyEntry((entry) => {
      for (const { command } of entry.confirm) {
        for (const stage of stages(command))
          expect(
            LOOKS.some((look) => look.test(stage)),
            stage,
          ).toBe(true);
        expect(command).not.toMatch(/[<>&`]|\$\(/);
      }
    });
  });

  it('names annotations and labels that exist', () => {
    everyEntry((entry) => {
      const named = prose(entry).flatMap((text) => text.match(/[a-z.]*istio\.io\/[\w-]+/g) ?? []);
      for (const name of named) expect(ISTIO_NAMES, name).toContain(name);
    });
  });

  it('says pod template wherever it says to set an annotation of a sidecar', () => {
    everyEntry(({ remedy }) => {
      for (const text of remedy.filter((step) => /`(?:traffic\.|proxy\.)[a-z.]*istio\.io\//.test(step))) {
        expect(text).toMatch(/pod template|spec\.template\.metadata\.annotations/);
      }
    });
  });

  it('names commands of istio-nat that exist', () => {
    everyEntry((entry) => {
      const all = [...prose(entry).flatMap(quotedCommands), ...entry.confirm.map((each) => each.command)];
      const names = all.flatMap((command) => [...command.matchAll(/\bistio-nat ([a-z]+)/g)].map((found) => found[1]));
      for (const name of names) expect(Object.keys(commands)).toContain(name);
    });
  });
});

describe('the reading notes', () => {
  it('warn of the command that creates what it looks for', () => {
    expect(READING_NOTES.join('\n')).toContain('Do not look with `iptables-legacy -t nat -S`');
  });
});
