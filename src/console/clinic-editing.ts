import type { ClinicDirectory, PublishedClinic } from '../agent/clinic-directory.ts';
import { type ClinicEdit, editClinicText, pricesOf } from '../agent/clinic-form.ts';
import { clinicPreview } from '../agent/clinic-preview.ts';
import type { ClinicProfile } from '../agent/clinic-profile.ts';
import type { ClinicDraft } from '../agent/clinic-version-record.ts';
import type { ClinicVersionStore } from '../agent/clinic-version-store.ts';
import { type DiffLine, lineDiff } from '../agent/line-diff.ts';
import { createWorkQueue } from '../platform/work-queue.ts';
import { wallTimeOf } from '../scheduling/wall-time.ts';
import type {
  ChangesView,
  ClinicForm,
  ClinicProblemView,
  ClinicView,
  PreviewView,
  VersionsView,
} from './clinic-view.ts';

/** Lines shown on either side of a change. */
const contextLines = 3;
/** Versions that are listed: years of weekly changes. Older ones are kept all the same. */
const mostListed = 200;

/** Why something was not done. `stale`: somebody else changed it since it was looked at. */
export type Refusal =
  | { refused: 'unknown' | 'stale' | 'no-draft' | 'not-editable' }
  | { refused: 'invalid'; problems: ClinicProblemView[] };

export interface ClinicEditing {
  view(id: string): Promise<ClinicView | undefined>;
  saveDraft(
    id: string,
    revision: number,
    by: string,
    textOf: (text: string) => string | undefined,
  ): Promise<Refusal | ClinicView>;
  dropDraft(id: string): Promise<void>;
  publish(
    id: string,
    wish: { revision: number; by: string; note: string },
  ): Promise<Refusal | ClinicView>;
  restore(
    id: string,
    wish: { version: number; by: string; note: string },
  ): Promise<Refusal | ClinicView>;
  preview(id: string): Promise<Refusal | PreviewView>;
  versions(id: string): Promise<VersionsView>;
  changes(id: string, from: number, to: number | 'draft'): Promise<ChangesView | undefined>;
}

interface EditingParts {
  directory: ClinicDirectory;
  store: ClinicVersionStore;
  nowMs: () => number;
}

/** The draft of each clinic, and what becomes of it. One change at a time: whoever comes second has seen the first or is told. */
export function createClinicEditing({ directory, store, nowMs }: EditingParts): ClinicEditing {
  const inTurn = createWorkQueue();
  const at = () => new Date(nowMs()).toISOString();

  async function view(id: string): Promise<ClinicView | undefined> {
    const current = directory.published(id);
    return current && viewOf(current, await store.draft(id), directory);
  }

  async function viewAfter(id: string): Promise<Refusal | ClinicView> {
    return (await view(id)) ?? { refused: 'unknown' };
  }

  async function publishText(
    id: string,
    base: number,
    wish: { text: string; by: string; note: string; restored?: number },
  ): Promise<Refusal | ClinicView> {
    const done = await directory.publish(id, { ...wish, base, at: at() });
    if (done.outcome === 'stale') return { refused: 'stale' };
    if (done.outcome === 'invalid') return { refused: 'invalid', problems: done.problems };
    return viewAfter(id);
  }

  return {
    view,
    saveDraft: (id, revision, by, textOf) =>
      inTurn(async () => {
        const current = directory.published(id);
        if (!current) return { refused: 'unknown' };
        const draft = await store.draft(id);
        if ((draft?.revision ?? 0) !== revision) return { refused: 'stale' };
        const text = textOf(draft?.text ?? current.text);
        if (text === undefined) return { refused: 'not-editable' };
        const base = draft?.base ?? current.version;
        const next = { revision: revision + 1, base, at: at(), by, text };
        // Somebody may be quicker at another server.
        if ((await store.putDraft(id, next)) === 'stale') return { refused: 'stale' };
        return viewAfter(id);
      }),
    dropDraft: (id) => inTurn(async () => void (await store.putDraft(id, undefined))),
    publish: (id, { revision, by, note }) =>
      inTurn(async () => {
        const draft = await store.draft(id);
        if (!draft) return { refused: 'no-draft' };
        if (draft.revision !== revision) return { refused: 'stale' };
        const published = await publishText(id, draft.base, { text: draft.text, by, note });
        if ('refused' in published) return published;
        // A draft that cannot be thrown away now says the same as what is in force: harmless.
        await store.putDraft(id, undefined).catch(() => undefined);
        return viewAfter(id);
      }),
    restore: (id, { version, by, note }) =>
      inTurn(async () => {
        const current = directory.published(id);
        const text = await directory.textOf(id, version);
        if (!current || text === undefined) return { refused: 'unknown' };
        return publishText(id, current.version, { text, by, note, restored: version });
      }),
    async preview(id) {
      const current = directory.published(id);
      if (!current) return { refused: 'unknown' };
      const draft = await store.draft(id);
      const { clinic, problems } = draft
        ? directory.check(id, draft.text)
        : { clinic: current.clinic, problems: [] };
      if (!clinic) return { refused: 'invalid', problems };
      const today = wallTimeOf(nowMs(), clinic.timeZone).date;
      return { isDraft: draft !== undefined, text: clinicPreview(clinic, today) };
    },
    async versions(id) {
      const current = directory.published(id)?.version;
      const listed = (await store.versions(id)).toReversed().slice(0, mostListed);
      const versions = listed.map(({ number, at: when, by, note, restored }) => ({
        number,
        at: when,
        by,
        note,
        ...(restored === undefined ? {} : { restored }),
        isCurrent: number === current,
      }));
      // What began in the console has no file.
      if (directory.isOwn(id)) return { versions };
      return { versions: [...versions, { number: 0, isCurrent: current === 0 }] };
    },
    async changes(id, from, to) {
      const before = await directory.textOf(id, from);
      const after = to === 'draft' ? (await store.draft(id))?.text : await directory.textOf(id, to);
      if (before === undefined || after === undefined) return undefined;
      return { parts: nearChanges(lineDiff(before, after)) };
    },
  };
}

/** For `saveDraft`: the text with one change. */
export function withEdit(edit: ClinicEdit): (text: string) => string | undefined {
  return (text) => editClinicText(text, edit);
}

function viewOf(
  { clinic, text, version, hasShippedChanged }: PublishedClinic,
  draft: ClinicDraft | undefined,
  directory: ClinicDirectory,
): ClinicView {
  const { id, name, timeZone } = clinic;
  const checked = draft ? directory.check(id, draft.text) : { clinic, problems: [] };
  return {
    id,
    name,
    timeZone,
    version,
    hasShippedChanged,
    text,
    ...(draft ? { draft: { ...draft, problems: checked.problems } } : {}),
    ...(checked.clinic ? { form: formOf(checked.clinic) } : {}),
  };
}

function formOf(clinic: ClinicProfile): ClinicForm {
  return {
    greeting: clinic.persona.greeting ?? '',
    openingHours: clinic.openingHours,
    exceptions: clinic.exceptions,
    municipal: clinic.holidays.municipal,
    prices: pricesOf(clinic),
    practitioners: clinic.practitioners.map(({ id, name, title }) => ({
      id,
      name: [title, name].filter(Boolean).join(' '),
    })),
  };
}

/** Changes with a few lines around them; what stays the same in between is counted only. */
function nearChanges(lines: readonly DiffLine[]): ChangesView['parts'] {
  const isNear = lines.map((_, i) =>
    lines
      .slice(Math.max(0, i - contextLines), i + contextLines + 1)
      .some(({ kind }) => kind !== 'same'),
  );
  const parts: ChangesView['parts'] = [];
  let skipped = 0;
  let lineNumber = 1;
  lines.forEach((line, i) => {
    if (isNear[i]) {
      const last = parts.at(-1);
      if (last && skipped === 0) last.lines.push(line);
      else parts.push({ skipped, firstLine: lineNumber, lines: [line] });
      skipped = 0;
    } else skipped += 1;
    if (line.kind !== 'gone') lineNumber += 1;
  });
  return parts;
}
