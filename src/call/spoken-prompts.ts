import { readFile } from 'node:fs/promises';
import { CodedError } from '../platform/errors.ts';

/**
 * Sentences that are shipped as audio, for when the model cannot speak: files beside this module, made by
 * `scripts/make-prompts.ts`. The key is the file name without `.ulaw`.
 */
export const promptTexts = {
  'um-momento': 'Um momento, por favor.',
  'problema-tecnico': 'Desculpe, tivemos um problema técnico.',
  'vou-transferir': 'Vou passar a sua ligação para a recepção.',
  'ainda-esta-ai': 'Alô? Você ainda está aí?',
  'nao-ouvi': 'Não estou ouvindo você. Se ainda estiver na linha, pode falar.',
  'nao-entendi': 'Desculpe, não entendi. Pode repetir, por favor?',
  'pode-falar': 'A ligação voltou. Pode continuar, por favor.',
  'tempo-esgotado': 'O tempo máximo desta ligação terminou. Obrigada por ligar. Até logo.',
  tchau: 'Obrigada por ligar. Até logo!',
  'pode-ser-gravada': 'Esta ligação pode ser gravada.',
  emergencia:
    'Se for uma emergência, desligue e ligue agora para o SAMU, no número um, nove, dois.',
} as const;

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
 * Reads every prompt into memory (about 0.3 MB).
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
