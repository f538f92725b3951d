import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createScriptMatcher } from '../../src/agent/script-matcher.ts';
import { createMeaningMatcher, type Embed } from '../../src/agent/script-meaning.ts';
import { createEmbeddings, embeddingSize } from '../../src/openai/embeddings-client.ts';
import { createLog } from '../../src/platform/log.ts';
import { createFileScriptVectorStore } from '../../src/storage/file-script-vector-store.ts';
import { scriptBody } from '../support/script-fixtures.ts';

const log = createLog('silent');
const scripts = [
  { id: 'marcar', body: scriptBody() },
  {
    id: 'vacina',
    body: scriptBody({ name: 'Vacina', when: 'Vacinas.', examples: ['tomar vacina'] }),
  },
];
const words = createScriptMatcher(scripts);

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0)) await one();
});
async function directory(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'vectors-'));
  undo.push(() => rm(made, { recursive: true }));
  return made;
}

/** “Imunizar” means what “vacina” does; everything else is alike to itself alone. */
function fakeEmbed(): { embed: Embed; asked: string[][]; isBroken: boolean } {
  const fake = {
    asked: [] as string[][],
    isBroken: false,
    embed: async (texts: readonly string[]) => {
      fake.asked.push([...texts]);
      if (fake.isBroken) throw new Error('no service');
      return texts.map((text) => Float32Array.from(/vacina|imuniz/i.test(text) ? [1, 0] : [0, 1]));
    },
  };
  return fake;
}

describe('the meaning of a message', () => {
  it('finds the script that its words do not, once the scripts are known', async () => {
    const path = join(await directory(), 'vectors.json');
    const fake = fakeEmbed();
    const open = () =>
      createMeaningMatcher({
        embed: fake.embed,
        store: createFileScriptVectorStore(path),
        model: 'm',
        log,
      });
    const matcher = open();
    const text = 'queria me imunizar';
    const found = words.match(text);
    expect(await matcher.better(text, found, scripts)).toEqual(found);
    let better = found;
    for (let tries = 0; tries < 200 && better.length === 0; tries += 1) {
      better = await matcher.better(text, found, scripts);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(better[0]).toMatchObject({
      id: 'vacina',
      reason: { by: 'meaning', example: 'Vacina. Vacinas.' },
    });
    expect(better[0]?.score).toBeLessThanOrEqual(1);
    // What was said is not among what is kept, and a restart asks for nothing but the message.
    while (!existsSync(path)) await new Promise((resolve) => setImmediate(resolve));
    const before = fake.asked.length;
    const later = open();
    for (let tries = 0; tries < 200 && fake.asked.length === before; tries += 1) {
      await later.better(text, found, scripts);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(fake.asked.slice(before)).toEqual([[text]]);
  });

  it('is not asked for where the words are plain', async () => {
    const fake = fakeEmbed();
    const store = createFileScriptVectorStore(join(await directory(), 'v.json'));
    const matcher = createMeaningMatcher({ embed: fake.embed, store, model: 'm', log });
    const found = words.match('quero marcar uma consulta');
    expect(await matcher.better('quero marcar uma consulta', found, scripts)).toBe(found);
    expect(fake.asked).toEqual([]);
  });

  it('leaves it to the words when nobody answers', async () => {
    const fake = fakeEmbed();
    fake.isBroken = true;
    const store = createFileScriptVectorStore(join(await directory(), 'v.json'));
    const matcher = createMeaningMatcher({ embed: fake.embed, store, model: 'm', log });
    for (let i = 0; i < 3; i += 1) expect(await matcher.better('xyz', [], scripts)).toEqual([]);
  });
});

it('vectors that cannot be read are as good as none', async () => {
  const path = join(await directory(), 'v.json');
  await writeFile(path, '{"schemaVersion":1,"vectors":{"a":"AAA"');
  expect((await createFileScriptVectorStore(path).load()).size).toBe(0);
});

describe('the service of embeddings', () => {
  async function service(answer: (body: Record<string, unknown>) => [number, unknown]) {
    const bodies: Record<string, unknown>[] = [];
    const server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      const body = JSON.parse(text) as Record<string, unknown>;
      bodies.push({ ...body, path: request.url, key: request.headers.authorization });
      const [status, value] = answer(body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    undo.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as AddressInfo;
    return {
      bodies,
      embed: createEmbeddings({
        baseUrl: `http://127.0.0.1:${port}/v1`,
        apiKey: 'sk-x',
        model: 'e',
      }),
    };
  }

  it('is asked as it documents, and answered in order with vectors of length one', async () => {
    const { bodies, embed } = await service((body) => {
      const input = body.input as string[];
      const data = input.map((_, index) => ({
        object: 'embedding',
        index,
        embedding: Array.from({ length: embeddingSize }, (_v, i) => (i === index ? 3 : 0)),
      }));
      return [200, { object: 'list', model: 'e', data: data.reverse(), usage: {} }];
    });
    const [first, second] = await embed(['um', 'dois']);
    expect([first?.[0], second?.[1]]).toEqual([1, 1]);
    expect(bodies).toMatchObject([
      {
        path: '/v1/embeddings',
        key: 'Bearer sk-x',
        model: 'e',
        input: ['um', 'dois'],
        dimensions: 256,
      },
    ]);
  });

  it('that refuses, or answers something else, is a coded error without what was said', async () => {
    for (const answer of [
      [401, { error: { message: 'segredo' } }],
      [200, { data: [] }],
    ] as const) {
      const { embed } = await service(() => [answer[0], answer[1]]);
      await expect(embed(['segredo'])).rejects.toMatchObject({
        code: 'TEXT_MODEL_FAILED',
        message: expect.not.stringContaining('segredo'),
      });
    }
  });
});
