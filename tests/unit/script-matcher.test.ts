import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadScripts } from '../../src/agent/script-loader.ts';
import { createScriptMatcher, leastScore } from '../../src/agent/script-matcher.ts';
import { readWords } from '../../src/agent/script-words.ts';
import { clinicsDirectory } from '../support/agent-fixtures.ts';
import { scriptBody } from '../support/script-fixtures.ts';

const scripts = await loadScripts(join(clinicsDirectory, 'scripts'));
const shipped = createScriptMatcher(scripts);

/** Written before the scripts had examples. Nothing was ever changed for the sake of the half that was held out. */
interface Labelled {
  text: string;
  script: string | null;
  half: 'open' | 'held-out';
}
const labelled: Labelled[] = readFileSync(
  new URL('../fixtures/script-messages.jsonl', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Labelled);

describe('first messages as people write them', () => {
  it('are many, over many scripts, and none is an example of a script', () => {
    const asking = labelled.filter(({ script }) => script !== null);
    expect(asking.length).toBeGreaterThanOrEqual(120);
    expect(new Set(asking.map(({ script }) => script)).size).toBeGreaterThanOrEqual(15);
    const known = new Set(scripts.map(({ id }) => id));
    expect(asking.filter(({ script }) => !known.has(script ?? ''))).toEqual([]);
    const plain = (text: string) =>
      readWords(text)
        .map(({ said }) => said)
        .join(' ');
    const examples = new Set(scripts.flatMap(({ body }) => body.examples).map(plain));
    const copied = asking.filter(
      ({ text }) => examples.has(plain(text)) && plain(text).split(' ').length > 2,
    );
    expect(copied).toEqual([]);
  });

  it.each(['open', 'held-out'] as const)(
    'find the right script first in at least nine of ten (%s half)',
    (half) => {
      const asking = labelled.filter((one) => one.script !== null && one.half === half);
      const wrong = asking.filter(({ text, script }) => shipped.match(text)[0]?.id !== script);
      const share = 1 - wrong.length / asking.length;
      process.stdout.write(
        `script top-1, ${half}: ${asking.length - wrong.length}/${asking.length} = ${(share * 100).toFixed(1)} %\n`,
      );
      expect(share).toBeGreaterThanOrEqual(0.9);
    },
  );

  it('that ask for nothing are mostly not taken for a demand', () => {
    const idle = labelled.filter(({ script }) => script === null);
    const taken = idle.filter(({ text }) => (shipped.match(text)[0]?.score ?? 0) >= leastScore);
    expect(idle.length).toBeGreaterThanOrEqual(10);
    expect(taken.length / idle.length).toBeLessThanOrEqual(0.5);
  });
});

describe('a match', () => {
  it('says why: the words of the message and the nearest example', () => {
    const [best] = shipped.match('bom dia, queria rematar minha consulta, remarcar mesmo');
    expect(best?.id).toBe('remarcar');
    expect(best?.reason.words).toContain('remarcar');
    expect(best?.reason.example).toMatch(/consulta/);
    expect(best?.score).toBeGreaterThan(leastScore);
    expect(best?.score).toBeLessThanOrEqual(1);
  });

  it('does not depend on accents, capitals, hurry or a misspelt word', () => {
    for (const text of [
      'QUAL O ENDEREÇO?',
      'qual o endereco',
      'qual o enderecoooo',
      'ql o endereço pfv',
      'qual o enderesso',
    ])
      expect(shipped.match(text)[0]?.id).toBe('horario-endereco');
  });

  it('of a script’s own example is that script', () => {
    const lost = scripts.flatMap(({ id, body }) =>
      body.examples.filter((example) => shipped.match(example)[0]?.id !== id),
    );
    expect(lost.length / scripts.flatMap(({ body }) => body.examples).length).toBeLessThan(0.03);
  });

  it('is only among those that are asked for', () => {
    const [best] = shipped.match('quero cancelar', (id) => id !== 'cancelar');
    expect(best?.id).toBe('cancelar-assinatura');
  });

  it('of nothing said, or of no scripts, is none', () => {
    for (const text of ['', '   ', 'oi', '!!!', '😀', 'kkkk'])
      expect(shipped.match(text)).toEqual([]);
    expect(createScriptMatcher([]).match('quero marcar')).toEqual([]);
  });

  it('takes the longest message there may be, and words that are names of properties', () => {
    expect(shipped.match('quero remarcar '.repeat(5_000))[0]?.id).toBe('remarcar');
    for (const text of ['__proto__ constructor', 'toString hasOwnProperty valueOf'])
      expect(() => shipped.match(text)).not.toThrow();
  });

  it('changes with what the script says', () => {
    const one = { id: 'um', body: scriptBody({ examples: ['vacina da febre amarela'] }) };
    const matcher = createScriptMatcher([one, ...scripts]);
    expect(matcher.match('tem vacina de febre amarela?')[0]?.id).toBe('um');
  });
});
