import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loudness, muLawToPcm16 } from '../../src/audio/g711.ts';
import { createLog } from '../../src/platform/log.ts';
import { createPhraseCache } from '../../src/sandbox/phrase-cache.ts';
import { createPhrasebook } from '../../src/sandbox/phrasebook.ts';
import { levelSpeech } from '../../src/sandbox/speech-level.ts';
import { createSynthesiser, type Synthesiser } from '../../src/sandbox/synthesiser.ts';
import { createVoiceActivity, loadVoiceDetector } from '../../src/sandbox/voice-activity.ts';

const log = createLog('silent');
const sentence = 'Meu nome é Maria Clara Souza, quero uma consulta na terça-feira às dez da manhã.';

describe('the synthesiser', () => {
  let synthesiser: Synthesiser;
  beforeAll(async () => {
    synthesiser = createSynthesiser({ log });
    await synthesiser.speak('Alô.');
  }, 40_000);
  afterAll(() => synthesiser.close());

  it('speaks a sentence at telephone level, trimmed at both ends', async () => {
    const ulaw = await synthesiser.speak(sentence, 'patient');
    const samples = muLawToPcm16(ulaw);
    const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(ulaw.length).toBeGreaterThan(3_000 * 8);
    expect(ulaw.length).toBeLessThan(8_000 * 8);
    // −6 dBFS, to within a step of μ-law.
    expect(peak).toBeGreaterThan(15_000);
    expect(peak).toBeLessThan(17_000);
    expect(loudness(ulaw)).toBeGreaterThan(800);
    const audible = (sample: number) => Math.abs(sample) > 64;
    expect(samples.findIndex(audible)).toBeLessThanOrEqual(60 * 8);
    expect(samples.length - samples.findLastIndex(audible)).toBeLessThanOrEqual(61 * 8);
  });

  it('gives the agent and the patient different voices', async () => {
    const agent = await synthesiser.speak('Bom dia, doutora.', 'agent');
    const patient = await synthesiser.speak('Bom dia, doutora.', 'patient');
    expect(Math.abs(agent.length - patient.length)).toBeGreaterThan(80);
    expect(agent.subarray(2_000, 2_200).equals(patient.subarray(2_000, 2_200))).toBe(false);
  });

  it('answers in order, and asks once for a phrase wanted twice', async () => {
    const order: string[] = [];
    const wanted = ['um', 'dois', 'três', 'um'].map(async (text) => {
      const ulaw = await synthesiser.speak(text);
      order.push(text);
      return ulaw;
    });
    const [first, , , again] = await Promise.all(wanted);
    expect(again).toBe(first);
    expect(order.indexOf('dois')).toBeLessThan(order.indexOf('três'));
  });

  it('is heard as one turn by the voice detector and recognised by the phrasebook', async () => {
    const ulaw = await synthesiser.speak(sentence, 'patient');
    const book = createPhrasebook();
    book.learn(sentence, ulaw);
    book.learn('Sim.', await synthesiser.speak('Sim.', 'patient'));
    const settings = { threshold: 0.6, silenceMs: 500, prefixMs: 300 };
    const activity = createVoiceActivity(settings, (await loadVoiceDetector())?.());
    const pad = Buffer.alloc(8_000, 0xff);
    const events = activity.hear(Buffer.concat([pad, ulaw, pad]));
    expect(events.map(({ type }) => type)).toEqual(['start', 'stop']);
    expect(book.recognise(Buffer.concat([pad, ulaw, pad]))).toBe(sentence);
  });

  it('says nothing for a text without words', async () => {
    expect(await synthesiser.speak('   ')).toHaveLength(0);
  });
});

it('a closed synthesiser refuses, and what was waiting is refused too', async () => {
  const synthesiser = createSynthesiser({ log });
  const waiting = synthesiser.speak('Nunca será dito.');
  const outcome = expect(waiting).rejects.toMatchObject({ code: 'SANDBOX_UNAVAILABLE' });
  await synthesiser.close();
  await outcome;
  await expect(synthesiser.speak('Nem isto.')).rejects.toMatchObject({
    code: 'SANDBOX_UNAVAILABLE',
  });
});

describe('a process that', () => {
  let directory = '';
  const scripts: Record<string, string> = {
    missing: `process.send({ type: 'unavailable', missing: true });`,
    dies: `process.send({ type: 'ready' }); process.on('message', () => process.exit(1));`,
    fails: `process.send({ type: 'ready' });
      process.on('message', ({ id }) => process.send({ type: 'failed', id }));`,
    silent: `process.send({ type: 'ready' }); process.on('message', () => {});`,
  };
  let started = 0;
  const startOf = (name: string) => () => {
    started += 1;
    return fork(join(directory, `${name}.mjs`), [], { serialization: 'advanced', execArgv: [] });
  };
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'voice-'));
    for (const [name, text] of Object.entries(scripts))
      writeFileSync(join(directory, `${name}.mjs`), `${text}\nsetInterval(() => {}, 1000);`);
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const outcomeOf = async (name: string) => {
    started = 0;
    const synthesiser = createSynthesiser({ log, startProcess: startOf(name) });
    try {
      return await synthesiser.speak('Alô.').catch((error: unknown) => error);
    } finally {
      await synthesiser.close();
    }
  };

  it('lacks its packages says how to install them', async () => {
    expect(await outcomeOf('missing')).toMatchObject({
      code: 'SANDBOX_UNAVAILABLE',
      message: expect.stringContaining('`--omit=optional`'),
    });
  });

  it('dies while speaking is started once more for the same phrase, and no oftener', async () => {
    expect(await outcomeOf('dies')).toMatchObject({ code: 'SANDBOX_UNAVAILABLE' });
    expect(started).toBe(2);
  });

  it('cannot speak a phrase fails that phrase only', async () => {
    expect(await outcomeOf('fails')).toMatchObject({ code: 'SANDBOX_UNAVAILABLE' });
    expect(started).toBe(1);
  });

  it('never answers is given so many phrases and no more', async () => {
    const synthesiser = createSynthesiser({ log, startProcess: startOf('silent') });
    const wanted = Array.from({ length: 300 }, (_, at) =>
      synthesiser.speak(`frase ${at}`).catch((error: unknown) => error),
    );
    const last = await wanted.at(-1);
    expect(last).toMatchObject({ message: expect.stringContaining('too many') });
    await synthesiser.close();
    await Promise.all(wanted);
  });
});

describe('levelling', () => {
  it('keeps silence silent and never clips', () => {
    expect(levelSpeech(new Int16Array(800), 8_000)).toHaveLength(0);
    const loud = levelSpeech(Int16Array.from([0, 32_767, -32_768, 0]), 8_000);
    expect(Math.max(...loud.map(Math.abs))).toBe(16_384);
  });
});

describe('the phrase cache', () => {
  it('forgets what was used longest ago, and never keeps a failure', async () => {
    const cache = createPhraseCache();
    let made = 0;
    const make = () => {
      made += 1;
      return Promise.resolve(Buffer.alloc(1024 * 1024));
    };
    for (let at = 0; at < 8; at++) await cache.take(`p${at}`, make);
    await cache.take('p0', make);
    expect(made).toBe(8);
    await cache.take('p8', make);
    await cache.take('p0', make);
    expect(made).toBe(9);
    await cache.take('p1', make);
    expect(made).toBe(10);
    const fail = () => Promise.reject(new Error('no voice'));
    await expect(cache.take('x', fail)).rejects.toThrow();
    expect(await cache.take('x', make)).toHaveLength(1024 * 1024);
  });
});
