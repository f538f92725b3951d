import type { ScriptBody, ScriptHead, ScriptVersion } from './script-record.ts';

/** Pure: what may become of a script. */

export type ScriptChange =
  /** A new one. Served at once when `publish`. */
  | { type: 'create'; clinic: string | null; body: ScriptBody; publish: boolean }
  /** @property revision which state its author saw; left out: whichever it is */
  | { type: 'draft'; body: ScriptBody; revision?: number }
  | { type: 'drop-draft'; revision?: number }
  | { type: 'publish'; note: string; revision?: number }
  /** Draft and publish at once. */
  | { type: 'replace'; body: ScriptBody; note: string; revision?: number }
  /** An earlier version is served again, as a version of its own; also one that was deleted. */
  | { type: 'roll-back'; version: number; revision?: number }
  | { type: 'delete'; revision?: number };

export type ScriptRefusal =
  | 'exists'
  | 'not-found'
  /** Somebody changed it since it was seen. */
  | 'stale'
  | 'no-draft'
  | 'no-such-version';

type Change<Type extends ScriptChange['type']> = Extract<ScriptChange, { type: Type }>;

interface Given {
  id: string;
  by: string;
  at: string;
  versions: readonly ScriptVersion[];
}

export type ScriptStepResult =
  | { head: ScriptHead; version?: ScriptVersion }
  | { refused: ScriptRefusal };

export function changedHead(
  before: ScriptHead | undefined,
  { change, ...given }: Given & { change: ScriptChange },
): ScriptStepResult {
  if (change.type === 'create') return created(before, change, given);
  if (!before) return { refused: 'not-found' };
  if (change.revision !== undefined && change.revision !== before.revision)
    return { refused: 'stale' };
  if (change.type === 'roll-back') return rolledBack(before, change, given);
  if (before.deletedAt !== null) return { refused: 'not-found' };
  const head = touched(before, given);
  switch (change.type) {
    case 'draft':
      return { head: { ...head, draft: change.body } };
    case 'drop-draft':
      return before.draft ? { head: { ...head, draft: null } } : { refused: 'no-draft' };
    case 'publish':
      return before.draft
        ? published(head, before.draft, given, change.note)
        : { refused: 'no-draft' };
    case 'replace':
      return published(head, change.body, given, change.note);
    case 'delete':
      return { head: { ...head, draft: null, live: null, deletedAt: given.at } };
  }
}

function created(
  before: ScriptHead | undefined,
  { clinic, body, publish }: Change<'create'>,
  given: Given,
): ScriptStepResult {
  if (before) return { refused: 'exists' };
  const { id, at, by } = given;
  const head: ScriptHead = {
    ...{ id, clinic, revision: 1, draft: body, live: null, latestVersion: 0 },
    ...{ at, by, deletedAt: null },
  };
  return publish ? published(head, body, given, '') : { head };
}

function rolledBack(
  before: ScriptHead,
  { version }: Change<'roll-back'>,
  given: Given,
): ScriptStepResult {
  const wanted = given.versions.find((one) => one.version === version);
  if (!wanted) return { refused: 'no-such-version' };
  const head = { ...touched(before, given), deletedAt: null };
  // What is being written is not lost by looking back.
  const { draft } = before;
  const after = published(head, wanted.body, given, `volta à versão ${version}`);
  return { ...after, head: { ...after.head, draft } };
}

function published(
  head: ScriptHead,
  body: ScriptBody,
  { at, by }: Given,
  note: string,
): { head: ScriptHead; version: ScriptVersion } {
  const version = head.latestVersion + 1;
  return {
    head: { ...head, draft: null, live: { version, body, by }, latestVersion: version },
    version: { version, body, at, by, note },
  };
}

function touched(before: ScriptHead, { at, by }: Given): ScriptHead {
  return { ...before, revision: before.revision + 1, at, by };
}
