import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTranscription } from '../../src/openai/audio-transcription.ts';
import { createResponsesClient } from '../../src/openai/responses-client.ts';
import { createClock } from '../../src/platform/clock.ts';
import {
  type SandboxTextModel,
  startSandboxTextModel,
} from '../../src/sandbox/text-model-server.ts';

let server: SandboxTextModel;
const pauses: number[] = [];
beforeAll(async () => {
  server = await startSandboxTextModel({
    clock: createClock(),
    decide: (lines) =>
      lines.some(({ kind }) => kind === 'tool-output')
        ? { say: 'Custa R$ 250.' }
        : {
            say: 'Vou ver.',
            call: { name: 'service_details', arguments: { service: 'consulta' } },
          },
  });
});
afterAll(() => server.close());

const client = (model = 'gpt-5.4-mini') =>
  createResponsesClient({
    baseUrl: server.url,
    apiKey: 'key',
    model,
    pause: async (ms) => void pauses.push(ms),
  });
type Request = Parameters<ReturnType<typeof client>['respond']>[0];
const request: Request = {
  instructions: 'Você atende.',
  items: [{ type: 'message', role: 'user', text: 'Quanto custa?' }],
  tools: [{ name: 'service_details', description: 'x', parameters: { type: 'object' } }],
  safetyIdentifier: 'abc',
  maxOutputTokens: 500,
};

async function read(asked: Request, from = client()) {
  const deltas: string[] = [];
  for await (const event of from.respond(asked)) {
    if (event.type === 'done') return { deltas, done: event };
    deltas.push(event.text);
  }
  throw new Error('no end');
}

describe('the model that writes', () => {
  it('streams words, names its calls, and goes on with their outputs', async () => {
    const first = await read(request);
    expect(first.deltas.join('')).toBe('Vou ver.');
    expect(first.done).toMatchObject({ text: 'Vou ver.', isCut: false });
    const [call] = first.done.calls;
    expect(call).toMatchObject({
      name: 'service_details',
      argumentsJson: '{"service":"consulta"}',
    });
    const output = { type: 'output' as const, callId: call?.callId ?? '', output: '{"ok":true}' };
    const second = await read({
      ...request,
      items: [...request.items, ...first.done.replay, output],
    });
    expect(second.done).toMatchObject({ text: 'Custa R$ 250.', calls: [] });
    expect(second.done.usage.inputTokens).toBeGreaterThan(0);
  });

  it('keeps nothing over there; thoughts come sealed from models that think', async () => {
    await read(request);
    expect(server.requests.at(-1)).toMatchObject({
      store: false,
      stream: true,
      parallel_tool_calls: false,
      include: ['reasoning.encrypted_content'],
    });
    await read(request, client('gpt-4.1-mini'));
    expect(server.requests.at(-1)?.include).toBeUndefined();
  });

  it('a call without its output is refused by the service, and told as a code without words', async () => {
    const call = {
      type: 'call' as const,
      callId: 'call_1',
      name: 'service_details',
      arguments: '{}',
    };
    const asked = { ...request, items: [...request.items, call] };
    await expect(read(asked)).rejects.toMatchObject({
      code: 'TEXT_MODEL_FAILED',
      message: expect.not.stringContaining('Quanto custa'),
    });
  });

  it('is asked again when it is busy or stumbles, three times at most, as long as it asks but not longer than we can wait', async () => {
    pauses.length = 0;
    server.failNext('rate-limit');
    server.failNext('server-error');
    expect((await read(request)).done.text).toBe('Vou ver.');
    expect(pauses).toHaveLength(2);
    for (const ms of pauses) expect(ms).toBeLessThanOrEqual(5_000);
    for (let n = 0; n < 3; n += 1) server.failNext('server-error');
    await expect(read(request)).rejects.toMatchObject({ code: 'TEXT_MODEL_FAILED' });
  });

  it('is not asked again when the quota is used up, nor after words were read', async () => {
    const before = server.requests.length;
    server.failNext('quota');
    await expect(read(request)).rejects.toMatchObject({ code: 'TEXT_MODEL_FAILED' });
    server.failNext('breaks-off');
    await expect(read(request)).rejects.toMatchObject({ code: 'TEXT_MODEL_FAILED' });
    expect(server.requests).toHaveLength(before + 2);
  });

  it('that says nothing is given up with the turn', async () => {
    server.failNext('silence');
    const asked = { ...request, signal: AbortSignal.timeout(300) };
    await expect(read(asked)).rejects.toMatchObject({ code: 'TEXT_MODEL_FAILED' });
  });
});

describe('a voice note', () => {
  it('becomes words; one without words is empty', async () => {
    const transcribe = createTranscription({
      baseUrl: server.url,
      apiKey: 'key',
      model: 'gpt-transcribe',
    });
    const bytes = Buffer.from('OggS a few seconds');
    server.teach(bytes, ' quero marcar uma consulta ');
    expect(await transcribe({ bytes, contentType: 'audio/ogg' })).toBe('quero marcar uma consulta');
    expect(await transcribe({ bytes: Buffer.from('noise'), contentType: 'audio/ogg' })).toBe('');
  });
});
