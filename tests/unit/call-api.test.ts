import { mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import wavefile from 'wavefile';
import { muLawToPcm16 } from '../../src/audio/g711.ts';
import { interleave, stereoMuLawHeader } from '../../src/audio/wav.ts';
import { parseRange } from '../../src/call/byte-range.ts';
import { callApiRoutes } from '../../src/call/call-api-routes.ts';
import type { CallStore } from '../../src/call/call-record.ts';
import { openRecording } from '../../src/call/recording-reader.ts';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { answerProblems } from '../../src/platform/problem.ts';
import { createMemoryCallStore } from '../../src/storage/memory-call-store.ts';
import { callRecord } from '../support/call-record.ts';

const key = { authorization: 'Bearer right' };
const left = Buffer.from(Array.from({ length: 800 }, (_, i) => i & 0xff));
const right = Buffer.alloc(800, 0x55);
const audio = interleave(left, right);
const wav = Buffer.concat([stereoMuLawHeader(audio.length), audio]);

describe('the calls of the API', () => {
  let app: FastifyInstance;
  let directory: string;
  let store: CallStore;
  const call = callRecord({
    recording: { file: 'call.wav', durationMs: 100, complete: true },
    tools: [
      { name: 'x', atMs: 0, durationMs: 1, outcome: 'ok', arguments: { a: 1 }, output: 'secret' },
    ],
  });

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'call-api-'));
    await writeFile(join(directory, 'call.wav'), wav);
    store = createMemoryCallStore();
    await store.save(call);
    app = fastify();
    answerProblems(app, createLog('silent'));
    await app.register(callApiRoutes, {
      store,
      recordingsDirectory: directory,
      authorise: (request) => request.headers.authorization === key.authorization,
    });
  });
  afterEach(async () => {
    await app.close();
    await rm(directory, { recursive: true });
  });

  const ask = (path: string, headers: Record<string, string> = {}) =>
    app.inject({ url: `/api/v1/calls${path}`, headers: { ...key, ...headers } });
  const recording = `/${call.id}/recording`;

  it('are shown to nobody without a key, whatever is asked, and never kept by a cache', async () => {
    const paths = ['', `/${call.id}`, `/${call.id}/transcript`, recording, `/${createId()}`];
    for (const path of paths) {
      const answer = await app.inject({ url: `/api/v1/calls${path}` });
      expect(answer.statusCode).toBe(401);
      expect(answer.json()).toMatchObject({ error: { code: 'unauthorized' } });
      expect(answer.body).not.toContain(call.callSid);
      for (const { headers } of [answer, await ask(path)]) {
        expect(headers['cache-control']).toBe('no-store');
        expect(headers['x-content-type-options']).toBe('nosniff');
      }
    }
  });

  it('are listed in pages without what was said', async () => {
    const older = callRecord({ startedAt: '2026-11-20T10:15:30.000Z' });
    await store.save(older);
    const first = (await ask('?limit=1')).json();
    expect(first.calls).toHaveLength(1);
    expect(first.calls[0]).toMatchObject({ id: call.id, transcriptLines: 2, toolCalls: 1 });
    expect(first.calls[0].transcript).toBeUndefined();
    expect(JSON.stringify(first)).not.toContain('secret');
    const next = await ask(`?limit=1&before=${encodeURIComponent(first.nextBefore)}`);
    expect(next.json().calls.map(({ id }: { id: string }) => id)).toEqual([older.id]);
    expect(next.json().nextBefore).toBeUndefined();
  });

  it('refuse a page that makes no sense', async () => {
    const long = 'x'.repeat(101);
    for (const query of ['limit=0', 'limit=201', 'limit=-1', 'limit=1e2', 'limit=1&limit=2']) {
      expect((await ask(`?${query}`)).statusCode, query).toBe(400);
    }
    expect((await ask(`?before=${long}`)).json().error.code).toBe('invalid-request');
    expect((await ask('?before=a&before=b')).statusCode).toBe(400);
  });

  it('are shown one by one, with their transcript', async () => {
    expect((await ask(`/${call.id}`)).json()).toEqual(call);
    expect((await ask(`/${call.id}/transcript`)).json()).toEqual({
      id: call.id,
      state: 'ended',
      transcript: call.transcript,
    });
  });

  it('that do not exist are all the same, and no path leads out of the directory', async () => {
    const missing = (await ask(`/${createId()}`)).body;
    const payloads = [
      '..%2f..%2f..%2fetc%2fpasswd',
      '%2e%2e%2fcall.wav',
      'call.wav',
      '..%5c..%5ccall.wav',
      `${call.id}%00`,
      `${call.id.slice(0, 25)}A`,
      '__proto__',
      'x'.repeat(99),
    ];
    for (const payload of payloads) {
      for (const end of ['', '/transcript', '/recording']) {
        const answer = await ask(`/${payload}${end}`);
        expect(answer.statusCode, payload).toBe(404);
        expect(answer.body).toBe(missing);
      }
    }
    for (const raw of ['/../../etc/passwd', '/..%2f..', `/${call.id}/../../x`]) {
      expect((await ask(raw)).statusCode, raw).toBe(404);
    }
  });

  it('whose record points elsewhere still give nothing from outside the directory', async () => {
    for (const file of ['../call.json', '/etc/passwd', '../../etc/passwd', '..', '']) {
      const odd = callRecord({ recording: { file, durationMs: 1, complete: true } });
      await store.save(odd);
      expect((await ask(`/${odd.id}/recording`)).json().error.code, file).toBe('no-recording');
    }
  });

  it('without a finished recording say so', async () => {
    const { recording: _, ...live } = call;
    await store.save({ ...live, state: 'live' });
    expect((await ask(recording)).json()).toMatchObject({ error: { code: 'no-recording' } });
    await store.save({ ...call, recording: { file: 'gone.wav', durationMs: 1, complete: true } });
    expect((await ask(recording)).statusCode).toBe(404);
  });

  it('give the recording as a whole, and its size to who only asks for that', async () => {
    const answer = await ask(recording);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'audio/wav',
      'content-length': String(wav.length),
      'accept-ranges': 'bytes',
    });
    expect(answer.rawPayload).toEqual(wav);
    const head = await app.inject({
      method: 'HEAD',
      url: `/api/v1/calls${recording}`,
      headers: key,
    });
    expect(head.statusCode).toBe(200);
    expect(head.headers['content-length']).toBe(String(wav.length));
    expect(head.rawPayload.length).toBe(0);
  });

  it('give the part of a recording that a player asks for', async () => {
    const parts: [string, number, number][] = [
      ['bytes=0-99', 0, 100],
      ['bytes=58-', 58, wav.length],
      ['bytes=-160', wav.length - 160, wav.length],
      ['bytes=100-999999', 100, wav.length],
      ['bytes=-999999', 0, wav.length],
      ['Bytes=5-5', 5, 6],
    ];
    for (const [range, start, end] of parts) {
      const answer = await ask(recording, { range });
      expect(answer.statusCode, range).toBe(206);
      expect(answer.rawPayload).toEqual(wav.subarray(start, end));
      expect(answer.headers['content-range']).toBe(`bytes ${start}-${end - 1}/${wav.length}`);
      expect(answer.headers['content-length']).toBe(String(end - start));
    }
  });

  it('refuse ten malformed ranges with the size, and ignore units they do not know', async () => {
    const malformed = [
      'bytes=',
      'bytes=-',
      'bytes=a-b',
      'bytes=9-2',
      `bytes=${wav.length}-`,
      'bytes=-0',
      'bytes=0-1,2-3',
      `bytes=${'0-1,'.repeat(500)}0-1`,
      'bytes=--5',
      'bytes=1e2-',
      'bytes=99999999999999999999-',
      'bytes=0x10-0x20',
    ];
    for (const range of malformed) {
      const answer = await ask(recording, { range });
      expect(answer.statusCode, range).toBe(416);
      expect(answer.headers['content-range']).toBe(`bytes */${wav.length}`);
      expect(answer.json()).toMatchObject({ error: { code: 'range-not-satisfiable' } });
    }
    for (const range of ['seconds=0-1', 'bytes', '', 'garbage=0-0']) {
      expect((await ask(recording, { range })).statusCode, range).toBe(200);
    }
    const conditional = { range: 'bytes=0-0', 'if-range': '"some-etag"' };
    expect((await ask(recording, conditional)).statusCode).toBe(200);
  });

  it('give the recording as PCM for players that do not know μ-law', async () => {
    const answer = await ask(`${recording}?format=pcm16`);
    expect(answer.statusCode).toBe(200);
    const read = new wavefile.WaveFile(answer.rawPayload);
    expect(read.fmt).toMatchObject({ audioFormat: 1, numChannels: 2, bitsPerSample: 16 });
    expect(read.getSamples(false, Int16Array)).toEqual([muLawToPcm16(left), muLawToPcm16(right)]);
    expect((await ask(`${recording}?format=mp3`)).statusCode).toBe(400);
  });

  it('give parts of the PCM as of the rest, to the byte', async () => {
    const whole = (await ask(`${recording}?format=pcm16`)).rawPayload;
    expect(whole.length).toBe(44 + 2 * audio.length);
    const parts = [
      [0, 0],
      [40, 47],
      [43, 44],
      [45, 45],
      [45, 46],
      [101, 1_000],
      [whole.length - 3, whole.length - 1],
    ];
    for (const [start = 0, end = 0] of parts) {
      const range = `bytes=${start}-${end}`;
      const answer = await ask(`${recording}?format=pcm16`, { range });
      expect(answer.statusCode, range).toBe(206);
      expect(answer.rawPayload, range).toEqual(whole.subarray(start, end + 1));
      expect(answer.headers['content-range']).toBe(`bytes ${start}-${end}/${whole.length}`);
    }
  });

  it('say that there is no recording when the file is none', async () => {
    for (const content of ['', 'no sound at all', 'x'.repeat(200)]) {
      await writeFile(join(directory, 'call.wav'), content);
      for (const query of ['', '?format=pcm16']) {
        const answer = await ask(`${recording}${query}`);
        expect(answer.statusCode).toBe(404);
        expect(answer.json().error.code).toBe('no-recording');
      }
    }
  });

  it.skipIf(process.platform !== 'linux')(
    'are let go of when nobody reads the first byte (needs /proc)',
    async () => {
      const path = join(directory, 'call.wav');
      const opened = await openRecording(directory, call);
      opened?.stream('pcm16', { start: 0, end: 100 }).destroy();
      await expect.poll(() => openCount(path), { timeout: 5_000 }).toBe(0);
    },
  );

  it('never follow a link out of the directory', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'call-api-outside-'));
    await writeFile(join(outside, 'other.wav'), wav);
    await rm(join(directory, 'call.wav'));
    await symlink(join(outside, 'other.wav'), join(directory, 'call.wav'));
    expect((await ask(recording)).json().error.code).toBe('no-recording');
    await rm(outside, { recursive: true });
  });

  it.skipIf(process.platform !== 'linux')(
    'let go of a recording when its reader leaves half-way (needs /proc)',
    async () => {
      const path = join(directory, 'call.wav');
      const long = Buffer.alloc(32 * 1024 * 1024, 1);
      await writeFile(path, Buffer.concat([stereoMuLawHeader(long.length), long]));
      await app.listen({ port: 0, host: '127.0.0.1' });
      const { port } = app.server.address() as AddressInfo;
      await new Promise<void>((resolve, reject) => {
        const request = get(
          { port, host: '127.0.0.1', path: `/api/v1/calls${recording}`, headers: key },
          (response) => {
            response.once('data', () => resolve(openCount(path).then(expectOpen)));
          },
        );
        request.once('error', reject);
        function expectOpen(count: number): void {
          expect(count).toBe(1);
          request.removeListener('error', reject).on('error', () => undefined);
          request.destroy();
        }
      });
      await expect.poll(() => openCount(path), { timeout: 5_000 }).toBe(0);
    },
  );
});

describe('a range of an empty file', () => {
  it('cannot be satisfied', () => {
    expect(parseRange('bytes=0-', 0)).toBe('unsatisfiable');
    expect(parseRange('bytes=-1', 0)).toBe('unsatisfiable');
    expect(parseRange(undefined, 0)).toBeUndefined();
  });
});

/** How often this process holds a file open. */
async function openCount(path: string): Promise<number> {
  const names = await readdir('/proc/self/fd');
  const targets = await Promise.all(
    names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')),
  );
  return targets.filter((target) => target === path).length;
}
