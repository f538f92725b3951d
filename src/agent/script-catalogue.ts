import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { ShippedScript } from './script-loader.ts';
import { createScriptMatcher, type ScriptMatch, type ScriptMatcher } from './script-matcher.ts';
import type { MeaningMatcher } from './script-meaning.ts';
import type { ScriptBody, ScriptHead, ScriptVersion } from './script-record.ts';
import { changedHead, type ScriptChange, type ScriptRefusal } from './script-steps.ts';
import type { ScriptStore } from './script-store.ts';

/** Who wrote what came with the program. */
export const shippedAuthor = 'shipped';

/** Other servers' changes are seen after this, ms. */
const freshMs = 15_000;

/** Whose scripts are meant: of one clinic and those of all clinics; of some desks. */
export interface ScriptScope {
  clinic: string;
  desks?: readonly string[];
}

/** A script somebody is served with. */
export interface ServedScript {
  id: string;
  version: number;
  body: ScriptBody;
}

export type ScriptOutcome =
  | { outcome: 'done'; head: ScriptHead }
  | { outcome: ScriptRefusal | 'changed' };

/** The scripts of this server: what people are served with, what is being written, what was. */
export interface ScriptCatalogue {
  /** By id; what was deleted is not among them. */
  list(): readonly ScriptHead[];
  find(id: string): ScriptHead | undefined;
  /** Newest first; of deleted ones too. */
  versions(id: string): Promise<readonly ScriptVersion[]>;
  /** One change, durable when it resolves. `changed`: somebody else was quicker. Rejects with STORE_WRITE_FAILED. */
  change(id: string, change: ScriptChange, by: string): Promise<ScriptOutcome>;
  live(scope: ScriptScope): readonly ServedScript[];
  served(id: string, scope: ScriptScope): ServedScript | undefined;
  /** Best first. @param text the first messages, joined */
  match(text: string, scope: ScriptScope): ScriptMatch[];
  /** As `match`; where words do not decide, by meaning as well, when that can be asked for in time. Never rejects. */
  matchMeaning(text: string, scope: ScriptScope): Promise<ScriptMatch[]>;
  /** As `match`, with what is being written in place of what is live: to try a phrase before publishing. */
  tryDraft(text: string, scope: ScriptScope): ScriptMatch[];
  /** Reads what other servers changed. */
  refresh(): Promise<void>;
}

/** @param parts.shipped added where they are not known yet, and brought up to date where nobody changed them */
export async function openScriptCatalogue(parts: {
  store: ScriptStore;
  shipped: readonly ShippedScript[];
  /** Left out: words alone decide. */
  meaning?: MeaningMatcher | undefined;
  clock: Clock;
  log: Log;
}): Promise<ScriptCatalogue> {
  const { store, clock, log } = parts;
  const at = () => new Date(clock.wallMs()).toISOString();
  await addShipped(parts, at());
  const heads = new Map<string, ScriptHead>();
  let matcher: ScriptMatcher = createScriptMatcher([]);
  let readAtMs = 0;
  let reading: Promise<void> | undefined;

  function index(): void {
    matcher = createScriptMatcher([...heads.values()].flatMap(servedOf));
  }
  async function read(): Promise<void> {
    const all = await store.heads();
    const before = [...heads.values()];
    const isSame =
      before.length === all.length &&
      all.every(({ id, revision }) => heads.get(id)?.revision === revision);
    readAtMs = clock.monotonicMs();
    if (isSame) return;
    heads.clear();
    for (const head of all) heads.set(head.id, head);
    index();
  }
  /** Beside the work; what is known meanwhile stays good. */
  function keepFresh(): void {
    if (clock.monotonicMs() - readAtMs < freshMs || reading !== undefined) return;
    reading = read()
      .catch((err) => {
        readAtMs = clock.monotonicMs();
        log.warn({ err }, 'the scripts could not be read again');
      })
      .finally(() => {
        reading = undefined;
      });
  }
  const within = (scope: ScriptScope) => (id: string) => {
    const head = heads.get(id);
    return head !== undefined && isInScope(head, head.live?.body, scope);
  };

  const catalogue: ScriptCatalogue = {
    list() {
      keepFresh();
      return [...heads.values()].filter(({ deletedAt }) => deletedAt === null);
    },
    find(id) {
      keepFresh();
      const head = heads.get(id);
      return head?.deletedAt === null ? head : undefined;
    },
    versions: (id) => store.versions(id),
    async change(id, change, by) {
      const before = await store.head(id);
      const versions = change.type === 'roll-back' ? await store.versions(id) : [];
      const next = changedHead(before, { id, change, by, at: at(), versions });
      if ('refused' in next) return { outcome: next.refused };
      const { outcome } = await store.save(next.head, next.version);
      if (outcome === 'changed') return { outcome };
      heads.set(id, next.head);
      index();
      return { outcome: 'done', head: next.head };
    },
    live: (scope) => [...heads.values()].flatMap(servedOf).filter(({ id }) => within(scope)(id)),
    served: (id, scope) => catalogue.live(scope).find((one) => one.id === id),
    match(text, scope) {
      keepFresh();
      return matcher.match(text, within(scope));
    },
    async matchMeaning(text, scope) {
      const found = catalogue.match(text, scope);
      return parts.meaning?.better(text, found, catalogue.live(scope)) ?? found;
    },
    tryDraft(text, scope) {
      const drafted = [...heads.values()].flatMap((head) => {
        const body = head.draft ?? head.live?.body;
        return body && isInScope(head, body, scope) ? [{ id: head.id, body }] : [];
      });
      return createScriptMatcher(drafted).match(text);
    },
    refresh: read,
  };
  await read();
  return catalogue;
}

function servedOf({ id, live, deletedAt }: ScriptHead): ServedScript[] {
  return live && deletedAt === null ? [{ id, version: live.version, body: live.body }] : [];
}

function isInScope(
  { clinic, deletedAt }: ScriptHead,
  body: ScriptBody | undefined,
  scope: ScriptScope,
): boolean {
  if (!body || deletedAt !== null) return false;
  const isTheirs = clinic === null || clinic === scope.clinic;
  return isTheirs && (scope.desks === undefined || scope.desks.includes(body.desk));
}

/** What the clinic wrote or deleted is never touched. */
async function addShipped(
  { store, shipped, log }: { store: ScriptStore; shipped: readonly ShippedScript[]; log: Log },
  at: string,
): Promise<void> {
  const known = new Map((await store.heads()).map((head) => [head.id, head]));
  let added = 0;
  for (const { id, clinic, body } of shipped) {
    const before = known.get(id);
    if (before && !isUntouched(before, body)) continue;
    const version = (before?.latestVersion ?? 0) + 1;
    const by = shippedAuthor;
    const head: ScriptHead = {
      ...{ id, clinic, draft: null, latestVersion: version, at, by, deletedAt: null },
      revision: (before?.revision ?? 0) + 1,
      live: { version, body, by },
    };
    // Somebody else who starts at the same time writes the same.
    await store.save(head, { version, body, at, by, note: '' });
    added += 1;
  }
  if (added > 0) log.info({ scripts: added }, 'shipped scripts were added or brought up to date');
}

function isUntouched({ draft, live, by, deletedAt }: ScriptHead, shipped: ScriptBody): boolean {
  const isOurs = by === shippedAuthor && live?.by === shippedAuthor;
  const isSame = JSON.stringify(live?.body) === JSON.stringify(shipped);
  return draft === null && deletedAt === null && isOurs && !isSame;
}
