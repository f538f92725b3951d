import { appendFile, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallRecord, TranscriptLine } from '../../src/call/call-record.ts';
import { createLog } from '../../src/platform/log.ts';
import { FileCallIndex } from '../../src/storage/file-call-index.ts';
import { openFileCallStore } from '../../src/storage/file-call-store.ts';
import { callRecord } from '../support/call-record.ts';

const log = createLog('silent');
const said = (text: string): Pick<CallRecord, 'transcript'> => ({
  transcript: [{ speaker: 'caller', text, startMs: 0, source: 'speech' } satisfies TranscriptLine],
});

describe('the index of calls beside their files', () => {
  let directory: string;
  let opened: FileCallIndex[] = [];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'alo-call-index-'));
  });
  afterEach(async () => {
    for (const one of opened) await one.close();
    opened = [];
    await rm(directory, { recursive: true, force: true });
  });

  const cache = () => join(directory, 'index', 'calls.jsonl');
  const open = async () => {
    const index = await FileCallIndex.open(join(directory, 'index'), log);
    opened.push(index);
    const store = await openFileCallStore({ directory, log, index });
    return { index, store };
  };
  const found = async (index: FileCallIndex, text?: string) => {
    await expect
      .poll(async () => (await index.search({ clinics: 'all' }, { limit: 1 })).unread)
      .toBe(0);
    const page = await index.search({ clinics: 'all', text }, { limit: 50 });
    return page.calls.map(({ id }) => id);
  };

  it('finds calls after a restart without reading their files', async () => {
    const first = await open();
    const [one, two] = [callRecord(said('girassol')), callRecord(said('margarida'))];
    for (const call of [one, two]) await first.store.save(call);
    expect(await found(first.index, 'girassol')).toEqual([one.id]);
    await first.index.close();
    const file = await fileOf(one);
    // The same size and moment as before: whoever reads it would find no JSON.
    const { size, mtime } = await stat(file);
    await writeFile(file, 'x'.repeat(size));
    await utimes(file, mtime, mtime);
    const second = await open();
    const isExact = (await stat(file)).mtimeMs === (await stat(await fileOf(one))).mtimeMs;
    expect(isExact).toBe(true);
    expect(await found(second.index, 'margarida')).toEqual([two.id]);
  });

  it('reads again what was changed, added or taken away meanwhile', async () => {
    const first = await open();
    const [one, two] = [callRecord(said('girassol')), callRecord(said('margarida'))];
    for (const call of [one, two]) await first.store.save(call);
    await first.index.close();
    await rm(await fileOf(two));
    await writeFile(await fileOf(one), JSON.stringify({ ...one, ...said('orquídea azul') }));
    const added = callRecord(said('violeta'));
    await writeFile(join(directory, 'added.json'), JSON.stringify(added));
    const { index, store } = await open();
    expect(await found(index, 'orquidea')).toEqual([one.id]);
    expect(await found(index, 'girassol')).toEqual([]);
    expect(await found(index, 'margarida')).toEqual([]);
    expect(await found(index, 'violeta')).toEqual([added.id]);
    expect((await store.list({ limit: 10 })).calls).toHaveLength(2);
  });

  it('is made anew when it is missing, torn, foreign or of another version', async () => {
    const { index, store } = await open();
    const one = callRecord(said('girassol'));
    await store.save(one);
    await index.close();
    const whole = await readFile(cache(), 'utf8');
    const damages = [
      () => rm(cache()),
      () => writeFile(cache(), whole.slice(0, -30)),
      () => writeFile(cache(), 'not an index\n{}\n'),
      () => writeFile(cache(), whole.replace('"callIndex":1', '"callIndex":0')),
      () => appendFile(cache(), '{"file":"x","words":7}\nnull\n[]\n'),
    ];
    for (const damage of damages) {
      await damage();
      const again = await open();
      expect(await found(again.index, 'girassol')).toEqual([one.id]);
      await again.index.close();
    }
  });

  it('keeps nothing of a call that was removed', async () => {
    const { index, store } = await open();
    const gone = ['girassol', 'tulipa', 'violeta'].map((text) => callRecord(said(text)));
    for (const call of [...gone, callRecord(said('margarida'))]) await store.save(call);
    await Promise.all(gone.map(({ id }) => index.remove(id)));
    const text = await readFile(cache(), 'utf8');
    expect(text).not.toMatch(/girassol|tulipa|violeta/);
    expect(text).toContain('margarida');
  });

  it('does not grow with every change of a call', async () => {
    const { index, store } = await open();
    const one = callRecord(said('girassol'));
    for (let at = 0; at < 40; at += 1) await store.save({ ...one, ...said(`palavra${at}`) });
    await index.close();
    const again = await open();
    expect(await found(again.index, 'palavra39')).toEqual([one.id]);
    await again.index.close();
    expect((await readFile(cache(), 'utf8')).trim().split('\n')).toHaveLength(2);
  });

  it('is readable by its owner only', async () => {
    const { index, store } = await open();
    await store.save(callRecord());
    await index.close();
    expect((await stat(cache())).mode & 0o777).toBe(0o600);
  });

  async function fileOf({ callSid }: CallRecord): Promise<string> {
    return join(directory, `2026-11-21T10-15-30-${callSid}.json`);
  }
});
