import { CodedError } from '../platform/errors.ts';

/** One request with its answer; somebody may be waiting for it. */
const longestMs = 4_000;
/** Texts of one request; the service takes 2,048. */
const textsAtOnce = 256;
/** Numbers of one vector: enough to tell some hundred scripts apart, a sixth of what the model gives by itself. */
export const embeddingSize = 256;

/** Texts → vectors of length one, in the same order. Rejects with TEXT_MODEL_FAILED. */
export type Embed = (texts: readonly string[]) => Promise<Float32Array[]>;

export function createEmbeddings(options: {
  baseUrl: string;
  apiKey: string;
  model: string;
}): Embed {
  const { baseUrl: baseURL, apiKey, model } = options;

  async function embedSome(input: string[]): Promise<Float32Array[]> {
    const { default: Client } = await import('openai');
    const client = new Client({ baseURL, apiKey, maxRetries: 1, timeout: longestMs });
    try {
      const { data } = await client.embeddings.create({
        ...{ model, input, dimensions: embeddingSize, encoding_format: 'float' },
      });
      const vectors = [...data].sort((a, b) => a.index - b.index).map(({ embedding }) => embedding);
      if (vectors.length !== input.length || vectors.some((one) => one.length !== embeddingSize))
        throw new Error('an answer of another shape');
      return vectors.map(ofLengthOne);
    } catch (error) {
      const status = typeof error === 'object' && error !== null && 'status' in error;
      const why = status ? String(error.status) : 'no usable answer';
      throw new CodedError('TEXT_MODEL_FAILED', `texts were not embedded: ${why}`);
    }
  }

  return async (texts) => {
    const vectors: Float32Array[] = [];
    for (let at = 0; at < texts.length; at += textsAtOnce)
      vectors.push(...(await embedSome(texts.slice(at, at + textsAtOnce))));
    return vectors;
  };
}

function ofLengthOne(numbers: readonly number[]): Float32Array {
  const length = Math.hypot(...numbers) || 1;
  return Float32Array.from(numbers, (one) => one / length);
}
