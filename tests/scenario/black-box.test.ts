/**
 * What a stranger can do who has the README, a terminal and no access to the source: everything here speaks HTTP, websocket
 * and files, and imports nothing of the product.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callerAgrees, lastMessage, reviewByTools, useTool } from '../support/booking-by-tools.ts';
import { markedAudio, readMarks } from '../support/marked-audio.ts';
import {
  ask,
  createSid,
  type Line,
  openStream,
  post,
  type RawStream,
  tokenIn,
  webhookFields,
} from '../support/raw-caller.ts';
import { type ScriptedModel, startScriptedModel } from '../support/scripted-model.ts';
import { freePort, type ServerProcess, spawnServer } from '../support/server-process.ts';

const clinics = new URL('../../clinics', import.meta.url).pathname;
const accountSid = 'AC0123456789abcdef0123456789abcdef';
const authToken = 'black-box-token';

let directory: string;
let server: ServerProcess | undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'alo-black-box-'));
});
afterEach(async () => {
  server?.kill('SIGKILL');
  await server?.exited;
  server = undefined;
  await rm(directory, { recursive: true, force: true });
});

const folders = () => ({
  CLINICS_DIR: clinics,
  RECORDINGS_DIR: join(directory, 'recordings'),
  APPOINTMENTS_DIR: join(directory, 'appointments'),
  DATA_DIR: join(directory, 'data'),
});

async function poll<T>(
  read: () => T | undefined | false | Promise<T | undefined | false>,
  what: string,
): Promise<T> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const value = await read();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Twilio returns a mark when the audio before it was played; here by the clock alone. */
function echoMarks(stream: RawStream): NodeJS.Timeout {
  let seen = 0;
  let playedOutAtMs = 0;
  const waiting: { name: string; dueMs: number }[] = [];
  return setInterval(() => {
    for (const { audio, name } of stream.received.slice(seen)) {
      seen += 1;
      const nowMs = performance.now();
      if (audio) playedOutAtMs = Math.max(nowMs, playedOutAtMs) + audio.length / 8;
      if (name !== undefined) waiting.push({ name, dueMs: Math.max(nowMs, playedOutAtMs) });
    }
    while (waiting[0] && waiting[0].dueMs <= performance.now()) {
      stream.send({ event: 'mark', mark: { name: waiting.shift()?.name } });
    }
  }, 10);
}

describe('a signed call against npm start', () => {
  let model: ScriptedModel;
  let twilio: Server;
  let completed: string[];
  beforeAll(async () => {
    model = await startScriptedModel({
      defaultReply: { text: 'Olá! Esta ligação pode ser gravada.', audio: markedAudio(1, 400) },
    });
    completed = [];
    twilio = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        const sid = /\/2010-04-01\/Accounts\/AC\w+\/Calls\/(CA\w+)\.json$/.exec(
          request.url ?? '',
        )?.[1];
        if (sid && body === 'Status=completed') completed.push(sid);
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ sid, status: 'completed' }));
      });
    });
    await new Promise<void>((resolve) => twilio.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    await model.close();
    await new Promise((resolve) => twilio.close(resolve));
  });

  it('rings, is greeted, talks, books, is said goodbye to, and leaves a recording, a record and an appointment', async () => {
    const port = await freePort();
    const line: Line = { url: `http://127.0.0.1:${port}`, accountSid, authToken };
    server = spawnServer({
      npm: true,
      directory,
      env: {
        ...folders(),
        PORT: String(port),
        HOST: '127.0.0.1',
        PUBLIC_URL: line.url,
        OPENAI_API_KEY: 'sk-black-box',
        OPENAI_REALTIME_URL: model.url,
        TWILIO_ACCOUNT_SID: accountSid,
        TWILIO_AUTH_TOKEN: authToken,
        TWILIO_PHONE_NUMBER: '+558835430000',
        TWILIO_API_URL: `http://127.0.0.1:${(twilio.address() as AddressInfo).port}`,
        API_KEY: '',
        CLINIC: '',
        SANDBOX_NOW: '',
        STORAGE: 'files',
      },
    });
    await server.wrote('listening');
    expect(JSON.parse((await ask(`${line.url}/healthz`)).text)).toEqual({ status: 'ok' });
    expect((await ask(`${line.url}/readyz`)).status).toBe(200);

    const fields = webhookFields(line, { CallSid: createSid('CA') });
    const callSid = fields.CallSid ?? '';
    expect((await post(line, '/incoming-call', fields, { signature: null })).status).toBe(403);
    const answer = await post(line, '/incoming-call', fields);
    expect([answer.status, answer.type]).toEqual([200, 'text/xml; charset=utf-8']);
    expect(answer.text).toMatch(
      new RegExp(
        `<Connect><Stream url="ws://127.0.0.1:${port}/media-stream"[^>]*>.*</Connect><Say .*language="pt-BR".*</Say><Dial`,
      ),
    );

    const stream = await openStream(line);
    stream.connected();
    stream.start(callSid, tokenIn(answer.text));
    const marks = echoMarks(stream);
    const heard = (id: number) => readMarks(stream.audio()).filter((mark) => mark.id === id).length;
    await poll(() => heard(1) === 20, 'the greeting is sent');
    // Heard to its end, so that the recording has begun.
    await new Promise((resolve) => setTimeout(resolve, 1_000));

    const conversation = await model.nextConnection();
    const firstMs = 1_000;
    let atMs = firstMs;
    const speak = async (id: number, ms: number) => {
      await stream.speak(markedAudio(id, ms), atMs);
      atMs += ms;
    };
    conversation.onReplyRequest(() => ({
      say: { text: 'Certo, um momento.', audio: markedAudio(4, 400) },
    }));
    conversation.speechStarted();
    await speak(10, 1_500);
    conversation.speechStopped({ transcript: 'Quero marcar uma consulta.' });
    await speak(11, 600);
    await reviewByTools(conversation, {
      patient: { email: 'maria@example.com', notes: 'Prefere de manhã.' },
    });
    await callerAgrees(conversation);
    conversation.onReplyRequest(() => ({
      say: { text: lastMessage(conversation), audio: markedAudio(2, 500) },
    }));
    expect(await useTool(conversation, 'confirm_appointment')).toMatchObject({ ok: true });
    await speak(12, 1_200);
    await poll(() => heard(2) === 25, 'the confirmation is heard');
    // What is sent is heard a little later.
    await speak(14, 1_000);
    conversation.onReplyRequest(() => ({ say: { text: 'Até logo!', audio: markedAudio(3, 500) } }));
    conversation.callTool({ name: 'end_call', arguments: {} });
    const talking = speak(13, 3_000);
    await poll(() => completed.includes(callSid), 'the phone leg is ended');
    expect(heard(3)).toBe(25);
    stream.stop(callSid);
    await talking;
    clearInterval(marks);
    expect((await conversation.closed).code).toBe(1000);
    expect(model.violations).toEqual([]);

    const recordings = await poll(async () => {
      const names = await readdir(join(directory, 'recordings'));
      return names.some((name) => name.endsWith('.wav')) && names;
    }, 'the recording is there');
    const stem = recordings.find((name) => name.endsWith('.wav'))?.slice(0, -4) ?? '';
    expect(stem).toMatch(new RegExp(`^\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d-${callSid}$`));
    const wav = await readFile(join(directory, 'recordings', `${stem}.wav`));
    expect([wav.toString('latin1', 0, 4), wav.toString('latin1', 8, 12)]).toEqual(['RIFF', 'WAVE']);
    const format = wav.indexOf('fmt ');
    // μ-law, two channels, 8 kHz, 8 bits.
    expect([8, 10, 22].map((at) => wav.readUInt16LE(format + at))).toEqual([7, 2, 8]);
    expect(wav.readUInt32LE(format + 12)).toBe(8_000);
    const data = wav.indexOf('data');
    expect(wav.readUInt32LE(data + 4)).toBe(wav.length - data - 8);
    const side = (which: 0 | 1) =>
      Buffer.from(wav.subarray(data + 8).filter((_, index) => index % 2 === which));
    const said = readMarks(side(0)).map((mark) => [mark.id, mark.offset]);
    expect(said.filter(([id]) => id === 10)).toEqual(
      Array.from({ length: 75 }, (_, index) => [10, firstMs * 8 + index * 160]),
    );
    const agentIds = new Set(readMarks(side(1)).map((mark) => mark.id));
    // All but the greeting, which gave notice.
    expect(agentIds).toEqual(new Set([2, 3, 4]));

    const record = await poll(async () => {
      const text = await readFile(join(directory, 'recordings', `${stem}.json`), 'utf8');
      const parsed = JSON.parse(text);
      return parsed.state === 'ended' && parsed;
    }, 'the record is final');
    expect(record).toMatchObject({
      callSid,
      ending: 'agent-goodbye',
      outcome: 'appointment',
      from: '+5588999990001',
    });
    const lines = record.transcript.map(
      (one: { speaker: string; text: string }) => `${one.speaker}: ${one.text}`,
    );
    expect(lines.slice(0, 2)).toEqual([
      'agent: Olá! Esta ligação pode ser gravada.',
      'caller: Quero marcar uma consulta.',
    ]);
    expect(lines).toContain('caller: Isso, pode confirmar.');
    expect(lines.at(-1)).toBe('agent: Até logo!');
    expect(record.summary).toContain('Maria da Silva');
    const kept = await readdir(join(directory, 'appointments'));
    const [file, ...others] = kept.filter((name) => name !== '.lock');
    expect(others).toEqual([]);
    expect(file).toMatch(/^\d{4}-\d\d-\d\dT14-00-[a-z2-7]{26}\.json$/);
    const appointment = JSON.parse(
      await readFile(join(directory, 'appointments', file ?? ''), 'utf8'),
    );
    expect(appointment).toMatchObject({
      status: 'booked',
      clientName: 'Maria da Silva',
      patient: { name: 'Maria da Silva', birthDate: '1985-03-12' },
      email: 'maria@example.com',
      time: '14:00',
      phone: '+5588999990001',
      notes: 'Prefere de manhã.',
      callId: record.id,
    });
    expect(appointment.evidence.readBackMs).toBeGreaterThan(appointment.evidence.recordingMs);

    expect(server.output()).not.toMatch(/Maria|5588999990001|maria@|sk-black-box|black-box-token/);
    server.kill('SIGTERM');
    await server.exited;
    // npm dies of the signal itself; that the server left in order shows in the lock it released.
    expect(await readdir(join(directory, 'data'))).not.toContain('.lock');
  });
});

describe('npm start without keys', () => {
  it('is a sandbox on loopback only, whatever HOST says, and says so', async () => {
    const port = await freePort();
    server = spawnServer({ directory, env: { ...folders(), PORT: String(port), HOST: '0.0.0.0' } });
    await server.wrote('sandbox: no OPENAI_API_KEY and no TWILIO_AUTH_TOKEN');
    expect(server.output()).toContain(`"address":"http://127.0.0.1:${port}"`);
    expect((await ask(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    const outside = Object.values(networkInterfaces())
      .flat()
      .filter((one) => one && !one.internal && one.family === 'IPv4');
    for (const one of outside) {
      const reached = await new Promise<boolean>((resolve) => {
        const socket = connect(port, one?.address ?? '', () => resolve(true));
        socket.on('error', () => resolve(false));
        socket.on('connect', () => socket.destroy());
      });
      expect(reached).toBe(false);
    }
    const metrics = await ask(`http://127.0.0.1:${port}/metrics`);
    expect(metrics.status).toBe(401);
    server.kill('SIGTERM');
    expect((await server.exited).code).toBe(0);
  });
});

describe('npm start with half of its settings', () => {
  it('does not start, and names all that is missing or wrong at once, without values', async () => {
    server = spawnServer({
      directory,
      env: { OPENAI_API_KEY: 'sk-secret', PORT: 'no port', PUBLIC_URL: 'ftp://x', MAX_CALLS: '0' },
    });
    expect((await server.exited).code).toBe(1);
    const output = server.output();
    for (const name of [
      'TWILIO_ACCOUNT_SID',
      'TWILIO_AUTH_TOKEN',
      'PUBLIC_URL',
      'PORT',
      'MAX_CALLS',
    ]) {
      expect(output).toMatch(new RegExp(`^ +${name} `, 'm'));
    }
    expect(output).not.toContain('sk-secret');
    expect(output).not.toContain('    at ');
    expect(await readdir(directory)).toEqual([]);
  });
});
