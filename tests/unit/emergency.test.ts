import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emergencySchema } from '../../src/agent/clinic-emergency.ts';
import { emergencyKinds } from '../../src/agent/emergency-pattern.ts';
import { emergenciesIn, emergencyIn } from '../../src/agent/emergency-reading.ts';
import { createEmergencyWatch, emergencySentence } from '../../src/agent/emergency-watch.ts';

interface Row {
  said: string;
  kind: string | null;
}

const rows = readFileSync(new URL('../fixtures/emergency-phrases.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);
const dangers = rows.filter(({ kind }) => kind !== null);
const innocents = rows.filter(({ kind }) => kind === null);

describe('words of danger', () => {
  it('are written down in at least 60 phrases of every kind, and 60 innocent ones', () => {
    expect(dangers.length).toBeGreaterThanOrEqual(60);
    expect(innocents.length).toBeGreaterThanOrEqual(60);
    expect(new Set(dangers.map(({ kind }) => kind))).toEqual(new Set(emergencyKinds));
    expect(new Set(rows.map(({ said }) => said)).size).toBe(rows.length);
  });

  it.each(rows)('“$said” → $kind', ({ said, kind }) => {
    expect(emergencyIn(said)?.kind ?? null).toBe(kind);
  });

  it('are heard in capitals, without accents and without punctuation', () => {
    const bare = (text: string) =>
      text
        .normalize('NFD')
        .replace(/\p{M}|[,.!?]/gu, '')
        .toUpperCase();
    const missed = dangers.filter(({ said }) => emergencyIn(bare(said)) === undefined);
    // Without its comma, “não, dor no peito” reads as it stands.
    expect(missed.length).toBeLessThanOrEqual(3);
  });

  it('are heard inside a longer story, before and after what is innocent', () => {
    for (const { said, kind } of dangers) {
      const story = `Bom dia, meu nome é Ana. ${said}. Queria saber da minha consulta de quinta.`;
      expect(emergenciesIn(story).map((one) => one.kind)).toContain(kind);
    }
  });

  it('give the words, and the more particular danger first', () => {
    expect(emergenciesIn('Quero me matar, já tomei veneno')).toEqual([
      { kind: 'poisoning', phrase: 'tomei veneno' },
      { kind: 'suicide', phrase: 'quero me matar' },
    ]);
  });

  it('are looked for in any text whatever without trouble and in little time', () => {
    const pieces = fc.constantFrom(
      'não ',
      'dor ',
      'no peito ',
      'sem ',
      'falta ',
      'de ar ',
      ', ',
      '. ',
      'é ',
      'ele ',
      'tomei ',
      'remédio ',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 8 }))), (said) =>
        Array.isArray(emergenciesIn(said.join(''))),
      ),
    );
    const startedFirst = process.cpuUsage().user;
    for (const { said } of rows) emergenciesIn(`${said} `.repeat(60));
    expect((process.cpuUsage().user - startedFirst) / rows.length).toBeLessThan(50_000);
    const longest = 'não tenho febre, tosse, dor e ele tomou remédio no peito '.repeat(100);
    const startedAt = process.cpuUsage().user;
    emergenciesIn(longest);
    expect(process.cpuUsage().user - startedAt).toBeLessThan(500_000);
  });
});

describe('a clinic’s own words', () => {
  const emergency = emergencySchema.parse({
    phrases: ['bolsa de colostomia rasgou'],
    notEmergencies: ['Dor no Peito de ansiedade'],
  });

  it('are a danger of this clinic, and of no other', () => {
    const said = 'A bolsa de colostomia rasgou!';
    expect(emergencyIn(said, { emergency })?.kind).toBe('other');
    expect(emergencyIn(said)).toBeUndefined();
    expect(emergencyIn('A bolsa de colostomia não rasgou', { emergency })).toBeUndefined();
  });

  it('take what sounds like a danger out, and only that', () => {
    expect(emergencyIn('tenho dor no peito de ansiedade', { emergency })).toBeUndefined();
    expect(emergencyIn('tenho dor no peito', { emergency })?.kind).toBe('heart');
    expect(emergencyIn('dor no peito de ansiedade e falta de ar agora', { emergency })?.kind).toBe(
      'breathing',
    );
  });

  it('are refused when they are so short that they would stop or hide everything', () => {
    expect(emergencySchema.safeParse({ phrases: ['dor'] }).success).toBe(false);
    expect(emergencySchema.safeParse({ notEmergencies: ['dor'] }).success).toBe(false);
    expect(emergencySchema.parse({})).toEqual({ phrases: [], notEmergencies: [] });
  });
});

describe('the sentence of an emergency', () => {
  /** Brazilian speech on the telephone, calmly: about 14 characters a second. */
  const longestCharacters = 12 * 14;

  it.each(emergencyKinds)('of kind %s names whom to call, within 12 seconds', (kind) => {
    const spoken = emergencySentence(kind, 'voice');
    expect(spoken.length).toBeLessThanOrEqual(longestCharacters);
    expect(spoken).toContain('SAMU, um, nove, dois');
    expect(spoken).toMatch(/\?$/);
    expect(spoken).not.toMatch(/\d/);
    expect(emergencySentence(kind, 'whatsapp')).toContain('SAMU, 192');
  });

  it('names the CVV to who thinks of dying', () => {
    expect(emergencySentence('suicide', 'voice')).toContain('CVV, um, oito, oito');
    expect(emergencySentence('suicide', 'web-chat')).toContain('CVV, 188');
  });
});

describe('a conversation', () => {
  const clinic = { emergency: emergencySchema.parse({}) };
  const open = () => createEmergencyWatch({ clinic, channel: 'voice' });

  it('without danger may book and records nothing', () => {
    const watch = open();
    expect(watch.callerSaid('Quero marcar um ecocardiograma', 0)).toBeUndefined();
    expect(watch.mayBook()).toBe(true);
    expect(watch.events()).toEqual([]);
  });

  it('is stopped by danger until the sentence was heard and answered', () => {
    const watch = open();
    const fired = watch.callerSaid('Estou com dor no peito', 5_000);
    expect(fired).toMatchObject({ kind: 'heart', phrase: 'dor no peito' });
    expect(fired?.sentence).toContain('SAMU');
    expect(watch.mayBook()).toBe(false);
    watch.callerSaid('alô?', 6_000);
    expect(watch.mayBook()).toBe(false);
    watch.sentenceHeard();
    expect(watch.mayBook()).toBe(false);
    watch.callerSaid('hum', 9_000);
    expect(watch.mayBook()).toBe(false);
    watch.callerSaid('Já liguei, estão vindo', 10_000);
    expect(watch.mayBook()).toBe(true);
    expect(watch.events()).toEqual([{ atMs: 5_000, kind: 'heart' }]);
  });

  it('is not opened again by hearing the sentence of a danger that was never there', () => {
    const watch = open();
    watch.sentenceHeard();
    expect(watch.mayBook()).toBe(true);
  });

  it('tells a caller who repeats the words nothing twice within a minute, and again after it', () => {
    const watch = open();
    expect(watch.callerSaid('dor no peito', 0)).toBeDefined();
    watch.sentenceHeard();
    expect(watch.callerSaid('é dor no peito, moça', 59_999)).toBeUndefined();
    expect(watch.mayBook()).toBe(false);
    expect(watch.callerSaid('a dor no peito piorou', 60_000)).toBeDefined();
    expect(watch.events()).toHaveLength(3);
  });

  it('is stopped again by the same words after the answer, though nothing is said twice', () => {
    const watch = open();
    watch.callerSaid('dor no peito', 0);
    watch.sentenceHeard();
    watch.callerSaid('já tomei o remédio do doutor', 10_000);
    expect(watch.mayBook()).toBe(true);
    expect(watch.callerSaid('voltou a dor no peito', 20_000)).toBeUndefined();
    expect(watch.mayBook()).toBe(false);
    watch.callerSaid('sim, vou ligar', 25_000);
    expect(watch.mayBook()).toBe(true);
  });

  it('says another sentence for another danger, and one for two in a breath', () => {
    const watch = open();
    expect(watch.callerSaid('dor no peito e falta de ar', 0)?.kind).toBe('heart');
    expect(watch.callerSaid('muita falta de ar', 5_000)).toBeUndefined();
    expect(watch.callerSaid('ele desmaiou', 6_000)?.kind).toBe('unconscious');
    expect(watch.events().map(({ kind }) => kind)).toEqual([
      'heart',
      'breathing',
      'breathing',
      'unconscious',
    ]);
  });
});
