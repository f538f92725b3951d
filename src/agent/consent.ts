import { type ConsentSetting, consentWording, standardConsentWording } from './clinic-consent.ts';
import { consentAnswerIn, withdrawalIn } from './consent-answer.ts';

/**
 * May this call be recorded? Pure: (consent, event, setting) → (consent, commands). Nothing is recorded before
 * `start-recording`, and in doubt it never comes: unheard, unclear and silent all end as a refusal.
 */
export interface Consent {
  stage: /** The wording is being said. */
    | 'announcing'
    /** It was a question; the caller's answer is awaited. */
    | 'awaiting-answer'
    | 'recording'
    /** Refused, unheard or withdrawn: final for this call. */
    | 'unrecorded';
  /** Times the wording, or the question again, was begun. */
  told: number;
  /** Of the wording that was begun last. */
  wordingVersion: string;
  /** The question was asked once more. */
  askedAgain: boolean;
  /** Audio of this call from before a withdrawal still exists. */
  earlierKept: boolean;
}

/** Why it is recorded or not: kept with the call, also when the audio is not. Holds no word of the caller. */
export interface ConsentEvidence {
  wordingVersion: string;
  answer:
    | 'notice-heard'
    | 'yes'
    | 'no'
    /** Asked twice and not told yes or no. */
    | 'unclear'
    | 'silent'
    /** The wording was never heard to its end. */
    | 'unheard'
    | 'withdrawn';
  /** On the clock of the events. */
  atMs: number;
}

export type ConsentEvent =
  /** What was told was heard to its end, or cut off for good (the agent's audio was lost, the model died). */
  | { type: 'told'; wholeHeard: boolean; atMs: number }
  /** A final transcript, or what was understood of the keypad: 1 yes, 2 no. */
  | { type: 'caller-said'; text: string; atMs: number }
  /** Nothing was said for {@link answerWaitMs} after the question was heard. */
  | { type: 'no-answer'; atMs: number }
  /** Nothing more is said of recording: somebody is in danger, or the call is over. */
  | { type: 'given-up'; atMs: number };

/** What is said of recording, word for word; `notice` and `question` may first be told in the clinic's own words. */
export type ConsentSentence =
  | ConsentSetting['policy']
  | 'question-again'
  | 'refused'
  | 'stopped'
  | 'stopped-and-kept';

export type ConsentCommand =
  /** `protected`: a caller who speaks does not cut it off. */
  | { type: 'say'; sentence: ConsentSentence; protected: boolean }
  | { type: 'start-recording' }
  /** At once; `earlier` says what becomes of what was recorded until now. */
  | { type: 'stop-recording'; earlier: 'delete' | 'keep' }
  | { type: 'keep-evidence'; evidence: ConsentEvidence };

export interface ConsentStep {
  consent: Consent;
  commands: ConsentCommand[];
}

/** Silence after the question that counts as one missed answer (ms): the silence of a person who is thinking is shorter. */
export const answerWaitMs = 6_000;

/** The wording is begun so often; a line on which it is never heard to its end is not recorded. */
const mostTold = 2;

export function createConsent(setting: ConsentSetting): ConsentStep {
  return {
    consent: {
      stage: 'announcing',
      told: 1,
      wordingVersion: consentWording(setting).version,
      askedAgain: false,
      earlierKept: false,
    },
    commands: [sayProtected(setting.policy)],
  };
}

export function takeConsent(
  consent: Consent,
  event: ConsentEvent,
  setting: ConsentSetting,
): ConsentStep {
  if (event.type === 'given-up') return givenUp(consent, event.atMs);
  switch (consent.stage) {
    case 'announcing':
      return whileAnnouncing(consent, event, setting);
    case 'awaiting-answer':
      return whileAwaiting(consent, event);
    case 'recording':
      return whileRecording(consent, event, setting);
    case 'unrecorded':
      return whileUnrecorded(consent, event);
    default:
      return consent.stage satisfies never;
  }
}

type SpokenEvent = Exclude<ConsentEvent, { type: 'given-up' }>;

function whileAnnouncing(
  consent: Consent,
  event: SpokenEvent,
  setting: ConsentSetting,
): ConsentStep {
  if (event.type === 'told') {
    if (!event.wholeHeard) return tellAgain(consent, event.atMs, setting);
    if (setting.policy === 'question') return still({ ...consent, stage: 'awaiting-answer' });
    return started(consent, 'notice-heard', event.atMs);
  }
  // The question was heard once already: who answers while it is repeated has answered.
  if (consent.askedAgain && event.type === 'caller-said') {
    const answer = consentAnswerIn(event.text);
    if (answer === 'yes') return started(consent, 'yes', event.atMs);
    if (answer === 'no') return refused(consent, 'no', event.atMs);
  }
  // A yes before the question was heard is a yes to something else; a plain “não grave” needs no question.
  if (event.type === 'caller-said' && withdrawalIn(event.text))
    return refused(consent, 'no', event.atMs);
  return still(consent);
}

function whileAwaiting(consent: Consent, event: SpokenEvent): ConsentStep {
  if (event.type === 'told') return still(consent);
  const answer = event.type === 'no-answer' ? 'silent' : consentAnswerIn(event.text);
  if (answer === 'yes') return started(consent, 'yes', event.atMs);
  if (answer === 'no' || consent.askedAgain) return refused(consent, answer, event.atMs);
  return {
    consent: { ...consent, stage: 'announcing', told: 1, askedAgain: true },
    commands: [sayProtected('question-again')],
  };
}

/**
 * The law lets a caller take consent back at any moment: it stops at once and nothing after is kept. What came before is
 * deleted too unless the clinic's file says otherwise; who asks for its deletion is never refused.
 */
function whileRecording(
  consent: Consent,
  event: SpokenEvent,
  setting: ConsentSetting,
): ConsentStep {
  const wish = event.type === 'caller-said' ? withdrawalIn(event.text) : undefined;
  if (!wish) return still(consent);
  const earlier = wish === 'erase' ? 'delete' : setting.earlierAudio;
  return {
    consent: { ...consent, stage: 'unrecorded', earlierKept: earlier === 'keep' },
    commands: [
      { type: 'stop-recording', earlier },
      keep(consent, 'withdrawn', event.atMs),
      { type: 'say', sentence: stoppedSentences[earlier], protected: false },
    ],
  };
}

/** Who withdrew with the audio kept may still have it deleted. */
function whileUnrecorded(consent: Consent, event: SpokenEvent): ConsentStep {
  const wish = event.type === 'caller-said' ? withdrawalIn(event.text) : undefined;
  if (wish !== 'erase' || !consent.earlierKept) return still(consent);
  return {
    consent: { ...consent, earlierKept: false },
    commands: [
      { type: 'stop-recording', earlier: 'delete' },
      { type: 'say', sentence: stoppedSentences.delete, protected: false },
    ],
  };
}

function tellAgain(consent: Consent, atMs: number, { policy }: ConsentSetting): ConsentStep {
  if (consent.told >= mostTold) return refused(consent, 'unheard', atMs);
  const { version } = standardConsentWording(policy);
  return {
    consent: { ...consent, told: consent.told + 1, wordingVersion: version },
    commands: [sayProtected(consent.askedAgain ? 'question-again' : policy)],
  };
}

function givenUp(consent: Consent, atMs: number): ConsentStep {
  if (consent.stage !== 'announcing' && consent.stage !== 'awaiting-answer') return still(consent);
  const wasAsked = consent.stage === 'awaiting-answer' || consent.askedAgain;
  return {
    consent: { ...consent, stage: 'unrecorded' },
    commands: [keep(consent, wasAsked ? 'silent' : 'unheard', atMs)],
  };
}

function started(consent: Consent, answer: 'notice-heard' | 'yes', atMs: number): ConsentStep {
  return {
    consent: { ...consent, stage: 'recording' },
    commands: [keep(consent, answer, atMs), { type: 'start-recording' }],
  };
}

function refused(
  consent: Consent,
  answer: Exclude<ConsentEvidence['answer'], 'notice-heard' | 'yes' | 'withdrawn'>,
  atMs: number,
): ConsentStep {
  const say = { type: 'say', sentence: 'refused', protected: false } as const;
  return {
    consent: { ...consent, stage: 'unrecorded' },
    // Who heard nothing of it is not told about it.
    commands: [keep(consent, answer, atMs), ...(answer === 'unheard' ? [] : [say])],
  };
}

function keep(
  { wordingVersion }: Consent,
  answer: ConsentEvidence['answer'],
  atMs: number,
): ConsentCommand {
  return { type: 'keep-evidence', evidence: { wordingVersion, answer, atMs } };
}

const still = (consent: Consent): ConsentStep => ({ consent, commands: [] });
const sayProtected = (sentence: ConsentSentence): ConsentCommand => ({
  type: 'say',
  sentence,
  protected: true,
});

const stoppedSentences = { delete: 'stopped', keep: 'stopped-and-kept' } as const;

/** As they are shipped. */
export const consentSentences: Readonly<Record<ConsentSentence, string>> = {
  notice: standardConsentWording('notice').text,
  question: standardConsentWording('question').text,
  'question-again': 'Só para eu saber: posso gravar esta ligação, sim ou não?',
  refused: 'Tudo bem, esta ligação não será gravada. Como posso ajudar?',
  stopped: 'Tudo bem, parei de gravar, e o que já estava gravado será apagado. Podemos continuar?',
  'stopped-and-kept': 'Tudo bem, parei de gravar a partir de agora. Podemos continuar?',
};
