import { CodedError } from '../platform/errors.ts';

/** A voice note of five minutes takes some ten seconds. */
const longestMs = 30_000;
/** Characters kept of what was heard. */
const longestText = 4_000;

export interface VoiceNote {
  bytes: Buffer;
  /** `audio/ogg` */
  contentType: string;
}

export type Transcribe = (note: VoiceNote) => Promise<string>;

/** Names tell the service the format. */
const extensions = new Map([
  ['audio/ogg', 'ogg'],
  ['audio/mpeg', 'mp3'],
  ['audio/mp4', 'm4a'],
  ['audio/aac', 'm4a'],
  ['audio/amr', 'amr'],
  ['audio/wav', 'wav'],
  ['audio/x-wav', 'wav'],
  ['audio/webm', 'webm'],
]);

/** What is said in a voice note, in Portuguese. Rejects with TEXT_MODEL_FAILED. */
export function createTranscription(options: {
  baseUrl: string;
  apiKey: string;
  model: string;
}): Transcribe {
  return async ({ bytes, contentType }) => {
    const { default: Client, toFile } = await import('openai');
    const { baseUrl: baseURL, apiKey, model } = options;
    const client = new Client({ baseURL, apiKey, maxRetries: 1, timeout: longestMs });
    const name = `nota.${extensions.get(contentType) ?? 'ogg'}`;
    try {
      const file = await toFile(bytes, name, { type: contentType });
      const { text } = await client.audio.transcriptions.create({ file, model, language: 'pt' });
      return text.trim().slice(0, longestText);
    } catch (error) {
      const status = typeof error === 'object' && error !== null && 'status' in error;
      throw new CodedError(
        'TEXT_MODEL_FAILED',
        `a voice note was not understood: ${status ? String(error.status) : 'no answer'}`,
      );
    }
  };
}
