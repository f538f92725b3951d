import { readFile } from 'node:fs/promises';
import { type ConsentSentence, consentSentences } from '../agent/consent.ts';
import { type EmergencyKind, emergencyKinds } from '../agent/emergency-pattern.ts';
import { emergencySentence } from '../agent/emergency-watch.ts';
import { CodedError } from '../platform/errors.ts';

type EmergencyPrompt = `emergencia-${EmergencyKind}`;
type ConsentPrompt = `gravacao-${ConsentSentence}`;

export const emergencyPrompt = (kind: EmergencyKind): EmergencyPrompt => `emergencia-${kind}`;
export const consentPrompt = (sentence: ConsentSentence): ConsentPrompt => `gravacao-${sentence}`;

const emergencyTexts = Object.fromEntries(
  emergencyKinds.map((kind) => [emergencyPrompt(kind), emergencySentence(kind, 'voice')]),
) as Record<EmergencyPrompt, string>;
const consentTexts = Object.fromEntries(
  Object.entries(consentSentences).map(([name, text]) => [
    consentPrompt(name as ConsentSentence),
    text,
  ]),
) as Record<ConsentPrompt, string>;

/**
 * Sentences that are shipped as audio, for when the model cannot speak or its every word must be certain: files beside
 * this module, made by `scripts/make-prompts.ts`. The key is the file name without `.ulaw`.
 */
export const promptTexts = {
  'um-momento': 'Um momento, por favor.',
  'problema-tecnico': 'Desculpe, tivemos um problema técnico.',
  'vou-transferir': 'Vou passar a sua ligação para a recepção.',
  'ainda-esta-ai': 'Alô? Você ainda está aí?',
  'nao-ouvi': 'Não estou ouvindo você. Se ainda estiver na linha, pode falar.',
  'nao-entendi': 'Desculpe, não entendi. Pode repetir, por favor?',
  'pode-falar': 'A ligação voltou. Pode continuar, por favor.',
  'assistente-de-volta': 'A assistente virtual está de volta na linha.',
  'tempo-esgotado': 'O tempo máximo desta ligação terminou. Obrigada por ligar. Até logo.',
  tchau: 'Obrigada por ligar. Até logo!',
  ...emergencyTexts,
  ...consentTexts,
};

export type PromptName = keyof typeof promptTexts;

export interface SpokenPrompt {
  name: PromptName;
  text: string;
  /** G.711 μ-law, 8 kHz, mono, no header: 8 bytes are 1 ms. */
  ulaw: Buffer;
}

export type SpokenPrompts = Readonly<Record<PromptName, SpokenPrompt>>;

/** Beside this module both in `src` and in the compiled `dist`. */
export const promptDirectory = new URL('./prompts/', import.meta.url);

/**
 * Reads every prompt into memory (about 1.6 MB).
 * @throws PROMPT_MISSING naming the first file that is missing or empty.
 */
export async function loadSpokenPrompts(directory = promptDirectory): Promise<SpokenPrompts> {
  const prompts = await Promise.all(
    Object.entries(promptTexts).map(async ([name, text]) => [
      name,
      { name, text, ulaw: await readPrompt(name, directory) },
    ]),
  );
  return Object.fromEntries(prompts) as SpokenPrompts;
}

async function readPrompt(name: string, directory: URL): Promise<Buffer> {
  const file = new URL(`${name}.ulaw`, directory);
  const ulaw = await readFile(file).catch((cause: unknown) => {
    throw new CodedError('PROMPT_MISSING', `The spoken prompt ${name} cannot be read`, { cause });
  });
  if (ulaw.length === 0) {
    throw new CodedError('PROMPT_MISSING', `The spoken prompt ${name} is empty`);
  }
  return ulaw;
}
