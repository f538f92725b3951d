import { parseScriptHead, parseScriptVersion } from '../agent/script-record.ts';
import type { ScriptStore } from '../agent/script-store.ts';
import { damaged } from './journal-recovery.ts';
import {
  appendWithSnapshots,
  type JournalStoreOptions,
  openJournalStore,
} from './journal-store.ts';
import {
  createMemoryScriptStore,
  type KeptScript,
  type ScriptStep,
  withStep,
} from './memory-script-store.ts';

/** Lines after which everything is written anew: a script has about 4 KB. */
const linesPerSnapshot = 1_000;

/**
 * A journal and snapshots in a directory of its own, which must exist. One process: a second one is refused with
 * STORE_LOCKED. Rejects with STORE_DAMAGED.
 */
export function openFileScriptStore(options: JournalStoreOptions): Promise<ScriptStore> {
  const { log, snapshotEvery = linesPerSnapshot } = options;
  return openJournalStore(options, ({ journal, values, entries }) => {
    const append = appendWithSnapshots(journal, { log, snapshotEvery, what: 'the scripts' });
    const scripts = new Map(values.map(toKept).map((one) => [one.head.id, one]));
    for (const { data } of entries) {
      const step = toStep(data);
      scripts.set(step.head.id, withStep(scripts.get(step.head.id), step));
    }
    return createMemoryScriptStore(
      ({ head, version = null }, all) =>
        append([{ op: 'script', id: head.id, idem: '', data: { head, version } }], all),
      [...scripts.values()],
    );
  });
}

function toStep(value: unknown): ScriptStep {
  const { head, version } = value as { head?: unknown; version?: unknown };
  const read = parseScriptHead(head);
  const readVersion = version === null ? undefined : parseScriptVersion(version);
  if (!read || (version !== null && !readVersion)) throw unreadable();
  return { head: read, version: readVersion };
}

function toKept(value: unknown): KeptScript {
  const { head, versions } = value as { head?: unknown; versions?: unknown };
  const read = parseScriptHead(head);
  if (!read || !Array.isArray(versions)) throw unreadable();
  return {
    head: read,
    versions: versions.map((one) => parseScriptVersion(one) ?? unreadableNow()),
  };
}

const unreadable = () => damaged('the scripts', 'they hold something that is no script');
function unreadableNow(): never {
  throw unreadable();
}
