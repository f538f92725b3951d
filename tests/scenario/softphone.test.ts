import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { SoftphoneCall } from '../../src/console/softphone-view.ts';
import { thursdayMorning } from '../support/agent-fixtures.ts';
import { type SignedInPerson, signIn } from '../support/console-access.ts';
import { receptionist, watchLive } from '../support/live-staff.ts';
import { markedAudio } from '../support/marked-audio.ts';
import { onStage } from '../support/on-stage.ts';
import { jsonIn, type Stage, until } from '../support/stage.ts';

vi.setConfig({ testTimeout: 40_000 });

/** The page, without its pixels: frames each 20 ms, and every mark at once. */
class Page {
  readonly heard: Buffer[] = [];
  readonly marks: string[] = [];
  clears = 0;
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;
  readonly #call: SoftphoneCall;
  #timer: NodeJS.Timeout | undefined;
  #sequence = 0;

  constructor(stage: Stage, person: SignedInPerson, call: SoftphoneCall, token = call.token) {
    this.#call = call;
    this.#socket = new WebSocket(
      `${stage.url.replace('http', 'ws')}/console/api/softphone/stream`,
      { headers: { cookie: person.cookie, origin: stage.url } },
    );
    this.closed = new Promise((resolve) => this.#socket.once('close', resolve));
    this.#socket.on('error', () => undefined);
    this.#socket.once('open', () => {
      this.#socket.send('{"event":"connected","protocol":"Call","version":"1.0.0"}');
      const { accountSid, callSid, streamSid } = call;
      const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
      const start = { accountSid, callSid, streamSid, tracks: ['inbound'], mediaFormat };
      this.send({ event: 'start', start: { ...start, customParameters: { token } } });
      this.#speak();
    });
    this.#socket.on('message', (data: Buffer) => this.#take(JSON.parse(data.toString())));
    this.#socket.once('close', () => clearInterval(this.#timer));
  }

  send({ event, ...part }: { event: string; [part: string]: unknown }): void {
    this.#sequence += 1;
    const sequenceNumber = String(this.#sequence);
    const { streamSid } = this.#call;
    this.#socket.send(JSON.stringify({ event, sequenceNumber, streamSid, ...part }));
  }

  hangUp(): void {
    const { accountSid, callSid } = this.#call;
    this.send({ event: 'stop', stop: { accountSid, callSid } });
  }

  #speak(): void {
    const payload = markedAudio(901, 20).toString('base64');
    let frame = 0;
    this.#timer = setInterval(() => {
      if (this.#socket.readyState !== WebSocket.OPEN) return;
      const timestamp = String(frame * 20);
      frame += 1;
      const chunk = String(frame);
      this.send({ event: 'media', media: { track: 'inbound', chunk, timestamp, payload } });
    }, 20);
  }

  #take(message: { event: string; media?: { payload: string }; mark?: { name: string } }): void {
    if (message.media) this.heard.push(Buffer.from(message.media.payload, 'base64'));
    if (message.event === 'clear') this.clears += 1;
    if (!message.mark) return;
    this.marks.push(message.mark.name);
    this.send({ event: 'mark', mark: message.mark });
  }
}

const dial = (person: SignedInPerson, clinic = 'aurora') =>
  person.fetch('/console/api/softphone', { method: 'POST', body: JSON.stringify({ clinic }) });
const recordsIn = (stage: Stage) => jsonIn(join(stage.directory, 'recordings'));

describe.concurrent('a page that is a telephone', () => {
  it('has a call like every other: audio both ways, marks, recording, and a record that says where it came from', () =>
    onStage({ now: thursdayMorning }, async (stage) => {
      const person = await receptionist(stage);
      const watching = await watchLive(person);
      const connection = stage.model.nextConnection();
      const call = (await (await dial(person)).json()) as SoftphoneCall;
      const model = await (await connection).configured();
      const page = new Page(stage, person, call);
      await until(
        () => Buffer.concat(page.heard).includes(markedAudio(1, 400).subarray(0, 3_000)),
        'the greeting is heard',
      );
      expect(page.marks.length).toBeGreaterThan(0);
      await until(
        () => model.of('input_audio_buffer.append').length > 20,
        'the model hears the page',
      );
      await until(() => watching.calls.get(call.id)?.mayListen, 'it is recorded');
      expect(watching.calls.get(call.id)).toMatchObject({
        via: 'softphone',
        caller: '+55 88 •••••-0001',
      });
      page.hangUp();
      await until(async () => (await recordsIn(stage))[0]?.state === 'ended', 'it is kept');
      expect(await recordsIn(stage)).toMatchObject([
        {
          id: call.id,
          ending: 'caller-hung-up',
          direction: 'inbound',
          softphone: { byId: person.userId },
          recording: { complete: true },
        },
      ]);
      expect((await dial(person)).status).toBe(200);
      watching.close();
    }));

  it('is one for each person, within the calls there may be, for the clinics they see', () =>
    onStage({ now: thursdayMorning, env: { MAX_CALLS: '2' } }, async (stage) => {
      const [first, second, third] = await Promise.all([
        receptionist(stage),
        signIn(stage, 'admin'),
        signIn(stage, 'staff'),
      ]);
      const auditor = await signIn(stage, 'auditor');
      const stranger = await signIn(stage, 'staff', ['outra']);
      const answers = await Promise.all([dial(first), dial(first)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      expect((await dial(second)).status).toBe(200);
      expect((await dial(third)).status).toBe(503);
      expect((await dial(auditor)).status).toBe(403);
      const [foreign, absent] = await Promise.all([dial(stranger), dial(stranger, 'nada')]);
      expect([foreign?.status, absent?.status]).toEqual([404, 404]);
      expect(await foreign?.text()).toBe(await absent?.text());
    }));

  it('does not take up the call of somebody else, nor with another token, nor from another page', () =>
    onStage({ now: thursdayMorning }, async (stage) => {
      const [first, second] = [await receptionist(stage), await signIn(stage, 'staff')];
      const call = (await (await dial(first)).json()) as SoftphoneCall;
      // Nothing was announced for the second: no socket at all.
      expect(await new Page(stage, second, call).closed).toBe(1006);
      const own = (await (await dial(second)).json()) as SoftphoneCall;
      expect(await new Page(stage, second, { ...call }).closed).toBe(1008);
      expect(await new Page(stage, second, own, 'wrong').closed).toBe(1008);
      const socket = new WebSocket(
        `${stage.url.replace('http', 'ws')}/console/api/softphone/stream`,
        { headers: { cookie: first.cookie, origin: 'https://other.example' } },
      );
      const refused = new Promise((resolve) => {
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
        socket.on('error', () => undefined);
      });
      expect(await refused).toBe(403);
      expect(stage.app.live.count).toBe(0);
    }));

  it('with real keys has nobody to play and nothing to type', () =>
    onStage({ now: thursdayMorning }, async (stage) => {
      const person = await receptionist(stage);
      const info = await person.fetch('/console/api/softphone');
      expect(await info.json()).toEqual({ sandbox: false, patients: [] });
      const said = await person.fetch('/console/api/softphone/say', {
        method: 'POST',
        body: JSON.stringify({ text: 'Oi' }),
      });
      expect(said.status).toBe(409);
    }));
});
