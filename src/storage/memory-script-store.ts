import {
  parseScriptHead,
  parseScriptVersion,
  type ScriptHead,
  type ScriptVersion,
} from '../agent/script-record.ts';
import { mostScripts, mostScriptVersions, type ScriptStore } from '../agent/script-store.ts';
import { CodedError } from '../platform/errors.ts';
import { createWorkQueue } from '../platform/work-queue.ts';

export interface KeptScript {
  head: ScriptHead;
  /** Newest first. */
  versions: readonly ScriptVersion[];
}

/** One accepted change. */
export interface ScriptStep {
  head: ScriptHead;
  version: ScriptVersion | undefined;
}

/** Makes a step durable before it counts. @param all what stands now, for a copy of everything */
export type KeepScript = (step: ScriptStep, all: () => KeptScript[]) => Promise<void>;

/** Forgets everything at exit. @param keep for drivers that keep more @param kept what a driver found */
export function createMemoryScriptStore(
  keep: KeepScript = async () => undefined,
  kept: readonly KeptScript[] = [],
): ScriptStore {
  const scripts = new Map(kept.map((one) => [one.head.id, one]));
  const inTurn = createWorkQueue();
  return {
    heads: async () =>
      [...scripts.values()].map(({ head }) => structuredClone(head)).sort(byScriptId),
    head: async (id) => structuredClone(scripts.get(id)?.head),
    versions: async (id) => structuredClone(scripts.get(id)?.versions ?? []),
    save: (head, version) =>
      inTurn(async () => {
        const step = checkedScriptStep(head, version);
        const before = scripts.get(step.head.id);
        if (step.head.revision !== (before?.head.revision ?? 0) + 1) return { outcome: 'changed' };
        if (!before && scripts.size >= mostScripts) refuse('there are too many scripts');
        await keep(step, () => [...scripts.values()]);
        scripts.set(step.head.id, withStep(before, step));
        return { outcome: 'saved' };
      }),
    close: () => inTurn(async () => undefined),
  };
}

export const byScriptId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);

export function withStep(before: KeptScript | undefined, { head, version }: ScriptStep) {
  const versions = version ? [version, ...(before?.versions ?? [])] : (before?.versions ?? []);
  return { head, versions: versions.slice(0, mostScriptVersions) };
}

/** Copies. Rejects what is no script, so that nothing is kept that cannot be read again. */
export function checkedScriptStep(
  head: ScriptHead,
  version: ScriptVersion | undefined,
): ScriptStep {
  const checked = parseScriptHead(head);
  const checkedVersion = version && parseScriptVersion(version);
  if (!checked || (version && !checkedVersion)) refuse('what was to be written is no script');
  return { head: checked, version: checkedVersion };
}

function refuse(why: string): never {
  throw new CodedError('STORE_WRITE_FAILED', why);
}
