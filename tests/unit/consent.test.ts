import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ConsentSetting,
  consentSchema,
  consentWording,
} from '../../src/agent/clinic-consent.ts';
import {
  type Consent,
  type ConsentCommand,
  type ConsentEvent,
  createConsent,
  takeConsent,
} from '../../src/agent/consent.ts';
import { consentAnswerIn, withdrawalIn } from '../../src/agent/consent-answer.ts';

type Row = { said: string; answer: string } | { said: string; later: string | null };

const rows = readFileSync(new URL('../fixtures/consent-answers.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);
const answers = rows.filter((row) => 'answer' in row);
const laters = rows.filter((row) => 'later' in row);

describe('an answer to whether the call may be recorded', () => {
  it('is written down in at least 80 ways, 20 of each kind', () => {
    expect(answers.length).toBeGreaterThanOrEqual(80);
    for (const kind of ['yes', 'no', 'unclear'])
      expect(answers.filter(({ answer }) => answer === kind).length).toBeGreaterThanOrEqual(20);
  });

  it.each(answers)('“$said” → $answer', ({ said, answer }) => {
    expect(consentAnswerIn(said)).toBe(answer);
  });

  it('is never a yes when a refusal follows it', () => {
    const refusals = answers.filter(({ said, answer }) => answer === 'no' && said !== '2');
    for (const { said } of refusals)
      for (const yes of ['Sim', 'Pode', 'Tudo bem'])
        expect(consentAnswerIn(`${yes}. ${said}`)).not.toBe('yes');
  });

  it('takes no long time to be read, however it is repeated', () => {
    const startedAt = process.cpuUsage().user;
    for (const { said } of answers) consentAnswerIn(`${`${said} `.repeat(100)}x`);
    expect(process.cpuUsage().user - startedAt).toBeLessThan(1_000_000);
  });

  it('is never a yes in any words whatever that hold none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (said) => {
        if (/[a-z12]/i.test(said.normalize('NFKD'))) return;
        expect(consentAnswerIn(said)).toBe('unclear');
      }),
    );
  });
});

describe('words about the recording later in the call', () => {
  it.each(laters)('“$said” → $later', ({ said, later }) => {
    expect(withdrawalIn(said) ?? null).toBe(later);
  });
});

const setting = (rest: Partial<ConsentSetting> = {}) => consentSchema.parse(rest);
const question = setting({ policy: 'question' });
const notice = setting();

/** Everything that was commanded, with the consent at the end. */
function play(of: ConsentSetting, events: ConsentEvent[]) {
  const first = createConsent(of);
  let consent: Consent = first.consent;
  const commands: ConsentCommand[] = [...first.commands];
  for (const event of events) {
    const step = takeConsent(consent, event, of);
    consent = step.consent;
    commands.push(...step.commands);
  }
  const evidence = commands.flatMap((one) => (one.type === 'keep-evidence' ? one.evidence : []));
  return { consent, commands, evidence, did: commands.map(({ type }) => type) };
}

const heard = (atMs = 3_000): ConsentEvent => ({ type: 'told', wholeHeard: true, atMs });
const cut = (atMs = 3_000): ConsentEvent => ({ type: 'told', wholeHeard: false, atMs });
const says = (text: string, atMs = 5_000): ConsentEvent => ({ type: 'caller-said', text, atMs });
const silence = (atMs = 9_000): ConsentEvent => ({ type: 'no-answer', atMs });

describe('a call of a clinic that gives notice', () => {
  it('is recorded once the notice was heard to its end, and not before', () => {
    expect(play(notice, []).commands).toEqual([
      { type: 'say', sentence: 'notice', protected: true },
    ]);
    expect(play(notice, [says('alô?'), says('pode')]).did).toEqual(['say']);
    const { did, evidence } = play(notice, [heard()]);
    expect(did).toEqual(['say', 'keep-evidence', 'start-recording']);
    expect(evidence).toEqual([
      { wordingVersion: 'padrao-1-notice', answer: 'notice-heard', atMs: 3_000 },
    ]);
  });

  it('hears the notice once more when it was cut off, and is not recorded when it is cut off again', () => {
    expect(play(notice, [cut(), heard()]).did).toContain('start-recording');
    const twice = play(notice, [cut(), cut(), heard()]);
    expect(twice.did).toEqual(['say', 'say', 'keep-evidence']);
    expect(twice.evidence[0]?.answer).toBe('unheard');
    expect(twice.consent.stage).toBe('unrecorded');
  });

  it('is not recorded when the caller objects over the notice', () => {
    const { did, evidence } = play(notice, [says('não grave não'), heard()]);
    expect(did).not.toContain('start-recording');
    expect(evidence[0]?.answer).toBe('no');
  });
});

describe('a call of a clinic that asks', () => {
  it('is recorded after a yes, with the wording that was answered', () => {
    const { did, evidence } = play(question, [heard(), says('Pode sim', 5_200)]);
    expect(did).toEqual(['say', 'keep-evidence', 'start-recording']);
    expect(evidence).toEqual([{ wordingVersion: 'padrao-1-question', answer: 'yes', atMs: 5_200 }]);
  });

  it('is not recorded after a no, and goes on', () => {
    const { did, evidence, consent, commands } = play(question, [heard(), says('prefiro que não')]);
    expect(did).not.toContain('start-recording');
    expect(evidence[0]?.answer).toBe('no');
    expect(consent.stage).toBe('unrecorded');
    expect(commands.at(-1)).toMatchObject({ type: 'say', protected: false });
  });

  it.each([
    ['nothing', silence()],
    ['something else', says('quero marcar uma consulta')],
    ['tanto faz', says('tanto faz')],
  ])('is asked once more after %s', (_, event) => {
    const again = play(question, [heard(), event]);
    expect(again.did).toEqual(['say', 'say']);
    expect(again.consent.askedAgain).toBe(true);
    expect(play(question, [heard(), event, heard(), says('sim')]).did).toContain('start-recording');
  });

  it('takes silence and unclear words after the second question as a refusal', () => {
    const silent = play(question, [heard(), silence(), heard(), silence()]);
    expect(silent.evidence[0]?.answer).toBe('silent');
    const unclear = play(question, [heard(), says('hã?'), heard(), says('não sei')]);
    expect(unclear.evidence[0]?.answer).toBe('unclear');
    for (const { did, consent } of [silent, unclear]) {
      expect(did).not.toContain('start-recording');
      expect(consent.stage).toBe('unrecorded');
    }
  });

  it('takes no yes that was said before the question was heard, but one said over its repetition', () => {
    expect(play(question, [says('sim'), silence()]).did).toEqual(['say']);
    expect(play(question, [heard(), silence(), says('sim')]).did).toContain('start-recording');
    expect(play(question, [heard(), silence(), says('não quero')]).evidence[0]?.answer).toBe('no');
  });
});

describe('a caller who changes their mind', () => {
  it('is no longer recorded at once, and what came before is deleted', () => {
    const { commands, evidence, consent } = play(notice, [heard(), says('não grave mais', 60_000)]);
    expect(commands).toContainEqual({ type: 'stop-recording', earlier: 'delete' });
    expect(evidence.map(({ answer }) => answer)).toEqual(['notice-heard', 'withdrawn']);
    expect(consent.stage).toBe('unrecorded');
  });

  it('keeps what came before where the clinic says so, unless its deletion is asked for', () => {
    const keeping = setting({ policy: 'question', earlierAudio: 'keep' });
    const stop = play(keeping, [heard(), says('sim'), says('para de gravar')]);
    expect(stop.commands).toContainEqual({ type: 'stop-recording', earlier: 'keep' });
    const erase = play(keeping, [heard(), says('sim'), says('apaga a gravação')]);
    expect(erase.commands).toContainEqual({ type: 'stop-recording', earlier: 'delete' });
    const later = play(keeping, [
      heard(),
      says('sim'),
      says('para de gravar'),
      says('apaga a gravação'),
      says('apaga a gravação'),
    ]);
    expect(later.commands.filter(({ type }) => type === 'stop-recording')).toEqual([
      { type: 'stop-recording', earlier: 'keep' },
      { type: 'stop-recording', earlier: 'delete' },
    ]);
  });

  it('is not recorded again by a yes after a no', () => {
    const { did } = play(question, [heard(), says('não'), says('sim, pode gravar')]);
    expect(did).not.toContain('start-recording');
  });

  it('who speaks of something else is recorded on', () => {
    const events = [
      heard(),
      says('não'),
      says('cancela a consulta'),
      says('não é grave'),
      silence(),
    ];
    expect(play(notice, events).did).toEqual(['say', 'keep-evidence', 'start-recording']);
  });
});

describe('a caller whom nobody asks any more', () => {
  const givenUp: ConsentEvent = { type: 'given-up', atMs: 7_000 };

  it.each([
    ['the notice was not heard', notice, [], 'unheard'],
    ['the question was not heard', question, [], 'unheard'],
    ['the question was not answered', question, [heard()], 'silent'],
    ['the question was being repeated', question, [heard(), silence()], 'silent'],
  ] as const)('is not recorded when %s', (_, of, before, answer) => {
    const { evidence, consent, did } = play(of, [...before, givenUp, heard(), says('sim')]);
    expect(evidence).toMatchObject([{ answer, atMs: 7_000 }]);
    expect(consent.stage).toBe('unrecorded');
    expect(did).not.toContain('start-recording');
  });

  it('is recorded on when that was allowed before', () => {
    expect(play(notice, [heard(), givenUp]).consent.stage).toBe('recording');
  });
});

describe('the evidence of a wording that was told again', () => {
  it('names the standard words, in which it is told again', () => {
    const own = setting({ wording: 'Nós gravamos as ligações.', wordingVersion: 'v2' });
    expect(play(own, [heard()]).evidence[0]?.wordingVersion).toBe('v2');
    expect(play(own, [cut(), heard()]).evidence[0]?.wordingVersion).toBe('padrao-1-notice');
  });
});

describe('whatever happens', () => {
  const event = fc.oneof(
    fc.constantFrom<ConsentEvent>(heard(), cut(), silence(), { type: 'given-up', atMs: 1 }),
    fc
      .constantFrom('sim', 'não', 'não grave', 'apaga a gravação', 'oi', 'pode')
      .map((t) => says(t)),
  );

  it('recording begins at most once, after its evidence, and never after a refusal or a stop', () => {
    fc.assert(
      fc.property(fc.constantFrom(notice, question), fc.array(event), (of, events) => {
        const { did, evidence } = play(of, events);
        const starts = did.filter((type) => type === 'start-recording').length;
        expect(starts).toBeLessThanOrEqual(1);
        if (starts === 0) return;
        expect(['notice-heard', 'yes']).toContain(evidence[0]?.answer);
        const start = did.indexOf('start-recording');
        expect(did[start - 1]).toBe('keep-evidence');
        expect(did.slice(0, start)).not.toContain('stop-recording');
      }),
    );
  });
});

describe('a clinic’s consent setting', () => {
  it('is a notice in our words unless the clinic says otherwise', () => {
    expect(notice).toEqual({
      policy: 'notice',
      onRefusal: 'unrecorded',
      earlierAudio: 'delete',
      transcript: true,
    });
    expect(consentWording(question).text).toMatch(/gravar.*\?$/);
  });

  it('may have words of its own, under a version of their own', () => {
    const own = setting({ wording: 'Nós gravamos as ligações.', wordingVersion: 'v2' });
    expect(consentWording(own)).toEqual({ text: 'Nós gravamos as ligações.', version: 'v2' });
  });

  it.each([
    ['words without a version', { wording: 'Esta ligação é gravada.' }],
    ['a version without words', { wordingVersion: 'v2' }],
    ['words that say nothing of a recording', { wording: 'Tudo bem?', wordingVersion: 'v2' }],
    [
      'a question that asks nothing',
      { policy: 'question', wording: 'Vamos gravar.', wordingVersion: 'v2' },
    ],
    ['a way to record who refused', { onRefusal: 'record' }],
  ])('is refused with %s', (_, value) => {
    expect(consentSchema.safeParse(value).success).toBe(false);
  });
});
