import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallRecord } from '../../src/call/call-record.ts';
import { createId } from '../../src/platform/id.ts';
import { callRecord } from '../support/call-record.ts';
import {
  openRecordingsDesk,
  type RecordingsDesk,
  recordingsNow,
  stereoWav,
} from '../support/console-recordings.ts';

const wav = stereoWav(1_000);

function recorded(parts: Partial<CallRecord> = {}): CallRecord {
  return callRecord({
    startedAt: '2026-11-23T15:00:00.000Z',
    recording: { file: 'call.wav', durationMs: 1_000, complete: true },
    ...parts,
  });
}

describe('recordings in the console', () => {
  let desk: RecordingsDesk;
  const call = recorded();

  beforeEach(async () => {
    desk = await openRecordingsDesk();
    await desk.putWav('call.wav', wav);
    await desk.calls.save(call);
  });
  afterEach(() => desk.close());

  const opened = async (one = call) => {
    const answer = await desk.play(one.id, { reason: 'reclamação de uma paciente' });
    expect(answer.statusCode).toBe(200);
  };

  it('are listed with who, when and what came of it, and that is written down', async () => {
    const answer = await desk.ask('/calls?text=avaliacao');
    expect(answer.json()).toMatchObject({
      total: 1,
      unread: 0,
      calls: [{ id: call.id, number: call.from, outcome: 'appointment', isRecorded: true }],
    });
    expect(answer.body).not.toContain('bom dia');
    expect(desk.access.entries).toEqual([
      { action: 'call.list', detail: { shown: 1, searched: true } },
    ]);
  });

  it('are listed from midnight to midnight where the clinic is', async () => {
    const late = recorded({ startedAt: '2026-11-23T02:59:59.000Z' });
    await desk.calls.save(late);
    const idsOn = async (day: string) =>
      (await desk.ask(`/calls?from=${day}&to=${day}`))
        .json()
        .calls.map((one: CallRecord) => one.id);
    expect(await idsOn('2026-11-22')).toEqual([late.id]);
    expect(await idsOn('2026-11-23')).toEqual([call.id]);
  });

  it('refuse filters that make no sense, in words', async () => {
    const wrong = [
      'limit=0',
      'limit=201',
      'limit=x',
      'direction=up',
      'from=ontem',
      'from=2026-11-24&to=2026-11-23',
      'outcome=x',
      'booked=1',
      'leastS=-1',
      'extra=1',
      'clinic=..%2f',
      `text=${'x'.repeat(201)}`,
      'text=a&text=b',
      '__proto__=1',
    ];
    for (const query of wrong) {
      const answer = await desk.ask(`/calls?${query}`);
      expect(answer.statusCode, query).toBe(400);
      expect(answer.json().error.code).toBe('invalid-request');
    }
    expect(desk.access.entries).toEqual([]);
  });

  it('are shown whole, with what they cost, and that is written down first', async () => {
    const usage = { ...call.usage, outputTokens: 10_000, outputAudioTokens: 10_000 };
    await desk.calls.save({ ...call, usage, model: 'gpt-realtime-2.1' });
    const answer = (await desk.ask(`/calls/${call.id}`)).json();
    expect(answer).toMatchObject({
      lines: call.transcript,
      timeZone: 'America/Fortaleza',
      cost: { usd: 0.64, brl: 3.2, usdBrl: 5 },
      recording: { state: 'playable', durationMs: 1_000, complete: true, needsReason: false },
    });
    expect(desk.access.entries).toEqual([
      { action: 'call.view', clinicId: call.clinic, object: call.id },
    ]);
    desk.access.isTrailBroken = true;
    const unwritten = await desk.ask(`/calls/${call.id}`);
    expect(unwritten.statusCode).toBe(503);
    expect(unwritten.body).not.toContain('avaliação');
  });

  it('never show a code, and documents only by their end to staff', async () => {
    const use = { name: 'check_code', atMs: 0, durationMs: 1, outcome: 'ok' as const };
    const given = { code: '481516', cpf: '52998224725', patient: { rg: '1234567' } };
    await desk.calls.save({ ...call, tools: [{ ...use, arguments: given, output: '{"code":7}' }] });
    for (const role of ['admin', 'staff', 'auditor'] as const) {
      if (desk.access.person) desk.access.person.role = role;
      const { tools } = (await desk.ask(`/calls/${call.id}`)).json();
      const shown = JSON.stringify(tools);
      expect(shown).not.toContain('481516');
      expect(tools[0].answered).not.toContain('7');
      expect(shown.includes('52998224725'), role).toBe(role !== 'staff');
      expect(shown.includes('1234567'), role).toBe(role !== 'staff');
    }
  });

  it('say why there is nothing to hear', async () => {
    const evidence = { policy: 'question' as const, wordingVersion: '1', atMs: 9 };
    const { recording: _, ...silent } = call;
    const states: [CallRecord, string][] = [
      [{ ...call, id: createId(), state: 'live' }, 'live'],
      [{ ...silent, id: createId(), consent: { ...evidence, answer: 'no' } }, 'refused'],
      [{ ...silent, id: createId(), consent: { ...evidence, answer: 'withdrawn' } }, 'refused'],
      [{ ...silent, id: createId(), consent: { ...evidence, answer: 'yes' } }, 'none'],
      [recorded({ recording: { file: 'erased.wav', durationMs: 1, complete: true } }), 'gone'],
    ];
    for (const [one, state] of states) {
      await desk.calls.save(one);
      expect((await desk.ask(`/calls/${one.id}`)).json().recording).toEqual({ state });
      const answer = await desk.play(one.id, { reason: 'preciso ouvir' });
      expect(answer.statusCode, state).toBe(404);
      expect(answer.json().error.code).toBe('no-recording');
    }
  });

  it('of a call that another server held say where they are', async () => {
    const one = recorded({ recording: { file: 'there.wav', durationMs: 1, complete: true } });
    await desk.calls.save(one);
    desk.desk.callsElsewhere.add(one.id);
    const state = (await desk.ask(`/calls/${one.id}`)).json().recording;
    expect(state).toEqual({ state: 'elsewhere' });
    const answer = await desk.play(one.id, { reason: 'preciso ouvir' });
    expect([answer.statusCode, answer.json().error.code]).toEqual([404, 'recording-elsewhere']);
    expect(desk.access.entries.some(({ action }) => action === 'recording.play')).toBe(false);
  });

  it('are heard after they were opened, which is one row however many ranges are asked', async () => {
    for (const end of ['audio', 'peaks'])
      expect((await desk.ask(`/calls/${call.id}/${end}`)).statusCode).toBe(403);
    await opened();
    for (const range of ['bytes=0-', 'bytes=58-999', 'bytes=-1'])
      expect((await desk.ask(`/calls/${call.id}/audio`, { range })).statusCode).toBe(206);
    const plays = desk.access.entries.filter(({ action }) => action === 'recording.play');
    expect(plays).toEqual([
      {
        action: 'recording.play',
        clinicId: call.clinic,
        object: call.id,
        detail: { reason: 'reclamação de uma paciente' },
      },
    ]);
    if (desk.access.person) desk.access.person.userId = createId();
    expect((await desk.ask(`/calls/${call.id}/audio`)).statusCode).toBe(403);
  });

  it('have to be opened again after a shift', async () => {
    await opened();
    desk.desk.nowMs += 8 * 3_600_000;
    expect((await desk.ask(`/calls/${call.id}/audio`)).json().error.code).toBe('not-opened');
  });

  it('are not opened when that cannot be written down', async () => {
    desk.access.isTrailBroken = true;
    expect((await desk.play(call.id)).statusCode).toBe(503);
    desk.access.isTrailBroken = false;
    expect((await desk.ask(`/calls/${call.id}/audio`)).statusCode).toBe(403);
  });

  it('older than a week are opened with a reason only, by whomever, and any by an auditor', async () => {
    const days = (count: number) =>
      new Date(Date.parse(recordingsNow) - count * 86_400_000).toISOString();
    const [old, recent] = [recorded({ startedAt: days(7.1) }), recorded({ startedAt: days(6.9) })];
    for (const one of [old, recent]) await desk.calls.save(one);
    for (const role of ['staff', 'admin', 'auditor'] as const) {
      if (desk.access.person) desk.access.person.role = role;
      for (const body of [{}, { reason: '  x  ' }, { reason: '' }]) {
        const refused = await desk.play(old.id, body);
        expect(refused.statusCode).toBe(400);
        expect(refused.json().error.code).toBe('reason-needed');
      }
      expect((await desk.play(recent.id)).statusCode).toBe(role === 'auditor' ? 400 : 200);
      expect((await desk.play(old.id, { reason: 'ouvidoria' })).statusCode).toBe(200);
    }
    const handled = recorded({
      startedAt: days(30),
      staff: [{ atMs: 1, byId: desk.access.person?.userId ?? '', by: 'Ana', did: 'took' }],
    });
    await desk.calls.save(handled);
    for (const [role, status] of [
      ['staff', 200],
      ['auditor', 400],
    ] as const) {
      if (desk.access.person) desk.access.person.role = role;
      expect((await desk.play(handled.id)).statusCode).toBe(status);
    }
    for (const body of [{ reason: 7 }, { reason: 'x'.repeat(301) }, { other: 1 }])
      expect((await desk.play(old.id, body)).statusCode).toBe(400);
  });

  it('are given in both formats, whole and in parts, with their true lengths', async () => {
    await opened();
    for (const [format, size] of [
      ['ulaw', wav.length],
      ['pcm16', 44 + 2 * (wav.length - 58)],
    ] as const) {
      const path = `/calls/${call.id}/audio?format=${format}`;
      const whole = await desk.ask(path);
      expect(whole.statusCode).toBe(200);
      expect(whole.rawPayload.length).toBe(size);
      expect(whole.headers).toMatchObject({
        'content-type': 'audio/wav',
        'content-length': String(size),
        'cache-control': 'private, no-store',
      });
      const part = await desk.ask(path, { range: 'bytes=100-300' });
      expect(part.rawPayload).toEqual(whole.rawPayload.subarray(100, 301));
      expect(part.headers['content-range']).toBe(`bytes 100-300/${size}`);
    }
    expect((await desk.ask(`/calls/${call.id}/audio`)).rawPayload).toEqual(wav);
    expect((await desk.ask(`/calls/${call.id}/audio?format=mp3`)).statusCode).toBe(400);
  });

  it('refuse malformed ranges and ignore what is none', async () => {
    await opened();
    const malformed = [
      'bytes=',
      'bytes=-',
      'bytes=a-b',
      'bytes=9-2',
      'bytes=99999999-',
      'bytes=-0',
      'bytes=0-1,2-3',
      `bytes=${'0-1,'.repeat(1_000)}0-1`,
      'bytes=99999999999999999999-',
      'bytes=1e2-',
    ];
    for (const range of malformed) {
      const answer = await desk.ask(`/calls/${call.id}/audio?format=pcm16`, { range });
      expect(answer.statusCode, range.slice(0, 40)).toBe(416);
      expect(answer.json().error.code).toBe('range-not-satisfiable');
    }
    expect((await desk.ask(`/calls/${call.id}/audio`, { range: 'lines=1-2' })).statusCode).toBe(
      200,
    );
  });

  it('are downloaded under a plain name, each a row; without the row nothing is sent', async () => {
    await opened();
    const path = `/calls/${call.id}/audio?format=pcm16&download=1`;
    const answer = await desk.ask(path);
    expect(answer.headers['content-disposition']).toBe(
      'attachment; filename="ligacao-clinica-exemplo-2026-11-23-12h00-pcm.wav"',
    );
    expect(desk.access.entries.at(-1)).toMatchObject({
      action: 'recording.download',
      object: call.id,
      detail: { format: 'pcm16' },
    });
    desk.access.isTrailBroken = true;
    const unwritten = await desk.ask(path);
    expect(unwritten.statusCode).toBe(503);
    expect(unwritten.body).not.toContain('RIFF');
  });

  it('show how loud each side was, computed once and kept beside the recording', async () => {
    await opened();
    const peaks = (await desk.ask(`/calls/${call.id}/peaks`)).json();
    expect(peaks.durationMs).toBe(1_000);
    expect(peaks.caller).toHaveLength(50);
    expect(peaks.agent).toHaveLength(50);
    expect(Math.min(...peaks.caller.slice(0, 25))).toBeGreaterThan(30);
    expect(Math.max(...peaks.caller.slice(25))).toBe(0);
    expect(Math.max(...peaks.agent.slice(0, 25))).toBe(0);
    expect(Math.min(...peaks.agent.slice(25))).toBeGreaterThan(30);
    expect(await readdir(desk.directory)).toContain('call.peaks');
    expect((await desk.ask(`/calls/${call.id}/peaks`)).json()).toEqual(peaks);
    await desk.putWav('call.wav', stereoWav(2_000));
    expect((await desk.ask(`/calls/${call.id}/peaks`)).json().durationMs).toBe(2_000);
    await desk.putWav('call.peaks', Buffer.from('{"version":1,'));
    expect((await desk.ask(`/calls/${call.id}/peaks`)).json().durationMs).toBe(2_000);
  });

  it('of another clinic are byte for byte what is not there, on every address', async () => {
    await desk.calls.save({ ...call, clinic: 'outra' });
    await opened();
    if (desk.access.person) desk.access.person.clinics = ['clinica-exemplo'];
    const entries = desk.access.entries.length;
    for (const end of ['', '/audio', '/peaks', '/audio?format=pcm16&download=1']) {
      const foreign = await desk.ask(`/calls/${call.id}${end}`);
      const missing = await desk.ask(`/calls/${createId()}${end}`);
      expect(foreign.statusCode).toBe(404);
      expect(foreign.body).toBe(missing.body);
    }
    const foreign = await desk.play(call.id);
    expect(foreign.statusCode).toBe(404);
    expect(foreign.body).toBe((await desk.play(createId())).body);
    expect(desk.access.entries).toHaveLength(entries);
    expect((await desk.ask('/calls')).json()).toMatchObject({ calls: [], total: 0 });
    expect((await desk.ask('/calls?clinic=outra')).json()).toMatchObject({ calls: [], total: 0 });
    const day = 'from=2026-11-23&to=2026-11-23';
    expect((await desk.ask(`/numbers?${day}&clinic=outra`)).json().total.calls).toBe(0);
    expect((await desk.ask(`/numbers?${day}`)).json().total.calls).toBe(0);
  });

  it('ask for a sign-in on every address', async () => {
    desk.access.person = undefined;
    const paths = ['', `/${call.id}`, `/${call.id}/audio`, `/${call.id}/peaks`];
    for (const path of paths) expect((await desk.ask(`/calls${path}`)).statusCode).toBe(401);
    for (const path of ['/numbers', '/numbers.csv'])
      expect((await desk.ask(path)).statusCode).toBe(401);
    expect((await desk.play(call.id)).statusCode).toBe(401);
  });

  it('are 404 for sixty ways out of the directory', async () => {
    const climbs = [
      '..',
      '../..',
      '../../etc/passwd',
      '/etc/passwd',
      'call.wav',
      '....//',
      '..\\..',
    ];
    const payloads: string[] = climbs.flatMap((climb) => [
      encodeURIComponent(climb),
      encodeURIComponent(encodeURIComponent(climb)),
      `${call.id}${encodeURIComponent(`/${climb}`)}`,
      `${encodeURIComponent(climb)}%00`,
      `${encodeURIComponent(climb)}.wav`,
      `%c0%ae%c0%ae%2f${encodeURIComponent(climb)}`,
    ]);
    const odd = [
      `${call.id}%00`,
      `${call.id}%0a`,
      `${call.id}.wav`,
      call.id.toUpperCase(),
      call.id.slice(1),
      `${call.id}a`,
      'x'.repeat(99),
      '__proto__',
      'constructor',
      '%2e%2e',
      '%2e%2e%2f%2e%2e',
      '..%5c..%5ccall.wav',
      '%252e%252e%252f',
      '~root',
      'file:%2f%2f%2fetc%2fpasswd',
      'CON',
      'nul',
      '%f0%9f%93%9e',
    ];
    const all = [...payloads, ...odd];
    expect(all.length).toBeGreaterThanOrEqual(60);
    await opened();
    for (const payload of all) {
      for (const end of ['', '/audio', '/peaks']) {
        const answer = await desk.ask(`/calls/${payload}${end}`);
        expect([400, 404], payload).toContain(answer.statusCode);
        expect(answer.body).not.toMatch(/root:|RIFF/);
      }
    }
  });

  it('whose record or file leads elsewhere give nothing', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'alo-outside-'));
    await symlink('/etc/passwd', join(desk.directory, 'link.wav'));
    for (const file of ['../x.wav', '/etc/passwd', '/etc/passwd\0.wav', '..', '', 'link.wav']) {
      const one = recorded({ recording: { file, durationMs: 1, complete: true } });
      await desk.calls.save(one);
      expect((await desk.play(one.id)).statusCode, file).toBe(404);
      expect((await desk.ask(`/calls/${one.id}`)).json().recording).toEqual({ state: 'gone' });
    }
    await rm(outside, { recursive: true });
  });
});
