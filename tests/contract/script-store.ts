import { describe, expect, it } from 'vitest';
import { mostScriptVersions, type ScriptStore } from '../../src/agent/script-store.ts';
import { closedAfterEach } from '../support/closed-after-each.ts';
import { scriptBody, scriptHead, scriptVersion } from '../support/script-fixtures.ts';

/** What every driver must do. `open` gives an empty store; `close` removes what it left. */
export function describeScriptStore(
  driver: string,
  open: () => Promise<{ store: ScriptStore; close(): Promise<void> }>,
): void {
  describe(`scripts kept in ${driver}`, () => {
    const opened = closedAfterEach(open);
    const fresh = async () => (await opened()).store;

    it('are found as they were saved, by id and in the order of their ids', async () => {
      const store = await fresh();
      const heads = ['b-dois', 'a-um', 'c-tres'].map((id) =>
        scriptHead(id, { draft: scriptBody({ name: `“${id}” ó\u{1f600}` }) }),
      );
      for (const head of heads)
        expect(await store.save(head, scriptVersion())).toEqual({ outcome: 'saved' });
      expect((await store.heads()).map(({ id }) => id)).toEqual(['a-um', 'b-dois', 'c-tres']);
      for (const head of heads) expect(await store.head(head.id)).toEqual(head);
      expect(await store.head('nenhum')).toBeUndefined();
      expect(await store.versions('nenhum')).toEqual([]);
    });

    it('change only for whoever saw them as they are', async () => {
      const store = await fresh();
      const first = scriptHead('um');
      await store.save(first, scriptVersion());
      expect(await store.save(first)).toEqual({ outcome: 'changed' });
      const second = { ...first, revision: 2, by: 'ana' };
      expect(await store.save(second)).toEqual({ outcome: 'saved' });
      expect(await store.save({ ...second, by: 'bia' })).toEqual({ outcome: 'changed' });
      expect(await store.save({ ...second, revision: 4 })).toEqual({ outcome: 'changed' });
      expect((await store.head('um'))?.by).toBe('ana');
    });

    it('changed by twenty people at once are changed by one', async () => {
      const store = await fresh();
      await store.save(scriptHead('um'), scriptVersion());
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          store.save(
            scriptHead('um', { revision: 2, by: `p${i}`, latestVersion: 2 }),
            scriptVersion({ version: 2, by: `p${i}` }),
          ),
        ),
      );
      expect(answers.filter(({ outcome }) => outcome === 'saved')).toHaveLength(1);
      expect(await store.versions('um')).toHaveLength(2);
    });

    it('keep their versions, newest first, and no more than their number', async () => {
      const store = await fresh();
      const count = mostScriptVersions + 3;
      for (let version = 1; version <= count; version += 1)
        await store.save(
          scriptHead('um', { revision: version, latestVersion: version }),
          scriptVersion({ version, note: `nota ${version}` }),
        );
      const versions = await store.versions('um');
      expect(versions).toHaveLength(mostScriptVersions);
      expect(versions.map(({ version }) => version)).toEqual(
        Array.from({ length: mostScriptVersions }, (_, i) => count - i),
      );
      expect(versions[0]?.note).toBe(`nota ${count}`);
    });

    it('are refused whole when they are no scripts', async () => {
      const store = await fresh();
      const broken = [
        scriptHead('../../etc/passwd'),
        { ...scriptHead('um'), live: { version: 1, body: { name: 'x' } } },
        { ...scriptHead('um'), revision: 0 },
      ];
      for (const head of broken)
        await expect(store.save(head as never)).rejects.toMatchObject({
          code: 'STORE_WRITE_FAILED',
        });
      expect(await store.heads()).toEqual([]);
    });

    it('cannot be changed from outside once they are handed over or handed out', async () => {
      const store = await fresh();
      const saved = scriptHead('um');
      await store.save(saved, scriptVersion());
      saved.by = 'mudado';
      const read = await store.head('um');
      if (read) read.by = 'mudado';
      const [listed] = await store.heads();
      if (listed) listed.by = 'mudado';
      expect((await store.head('um'))?.by).toBe('shipped');
    });
  });
}
