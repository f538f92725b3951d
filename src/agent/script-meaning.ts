import { createHash } from 'node:crypto';
import { withDeadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import type { LiveScript, ScriptMatch } from './script-matcher.ts';
import type { ScriptVectorStore } from './script-vector-store.ts';

/** Texts → vectors of length one, in the same order. */
export type Embed = (texts: readonly string[]) => Promise<Float32Array[]>;

/** Which script a message means, where its words alone do not say it. */
export interface MeaningMatcher {
  /** `found` by words, made better; the same when meaning cannot be asked for in time. Never rejects. */
  better(
    text: string,
    found: ScriptMatch[],
    scripts: readonly LiveScript[],
  ): Promise<ScriptMatch[]>;
}

/** Somebody waits for an answer. */
const deadlineMs = 1_500;
/** Words that fit so well need no second opinion. */
const sureScore = 0.6;
/** Cosine of texts that have nothing in common, and of texts that say the same; what lies between is 0 to 1. */
const cosines = { unlike: 0.2, alike: 0.7 } as const;
/** Of the joined score. */
const weights = { words: 0.4, meaning: 0.6 } as const;
/** Characters of a message that are asked about. */
const longestAsked = 1_000;
/** Vectors of texts that are no script's any more are kept up to this, for scripts that come back. */
const mostKept = 20_000;

export function createMeaningMatcher(parts: {
  embed: Embed;
  store: ScriptVectorStore;
  /** Of the vectors: another one begins anew. */
  model: string;
  log: Log;
}): MeaningMatcher {
  const { embed, store, model, log } = parts;
  let vectors: Map<string, Float32Array> | undefined;
  let preparing: Promise<void> | undefined;
  const keyOf = (text: string) =>
    createHash('sha256').update(`${model}\0${text}`).digest('base64url');

  /** Beside the work: until all are there, words decide. */
  async function prepare(texts: readonly string[]): Promise<void> {
    vectors ??= await store.load();
    const known = vectors;
    const missing = [...new Set(texts)].filter((text) => !known.has(keyOf(text)));
    if (missing.length === 0) return;
    const made = await embed(missing);
    for (const [i, text] of missing.entries()) {
      const vector = made[i];
      if (vector) known.set(keyOf(text), vector);
    }
    for (const key of known.keys()) if (known.size > mostKept) known.delete(key);
    await store.save(known);
  }

  return {
    async better(text, found, scripts) {
      if ((found[0]?.score ?? 0) >= sureScore) return found;
      const texts = scripts.flatMap(textsOf);
      const known = vectors;
      if (!known || texts.some((one) => !known.has(keyOf(one)))) {
        if (preparing === undefined)
          preparing = prepare(texts)
            .catch((err) => log.warn({ err }, 'the scripts are matched by words alone'))
            .finally(() => {
              preparing = undefined;
            });
        return found;
      }
      try {
        const asked = embed([text.slice(0, longestAsked)]);
        const [meant] = await withDeadline(asked, deadlineMs, 'an embedding');
        if (!meant) return found;
        const vectorOf = (one: string) => known.get(keyOf(one));
        return joined(
          found,
          scripts.map((script) => meaningOf(script, meant, vectorOf)),
        );
      } catch (err) {
        log.warn({ err }, 'a message was matched by words alone');
        return found;
      }
    },
  };
}

const textsOf = ({ body: { name, when, examples } }: LiveScript) => [
  `${name}. ${when}`,
  ...examples,
];

function meaningOf(
  script: LiveScript,
  meant: Float32Array,
  vectorOf: (text: string) => Float32Array | undefined,
): { id: string; meaning: number; example: string } {
  let best = { cosine: -1, example: script.body.name };
  for (const example of textsOf(script)) {
    const vector = vectorOf(example);
    const cosine = vector ? dot(vector, meant) : -1;
    if (cosine > best.cosine) best = { cosine, example };
  }
  const share = (best.cosine - cosines.unlike) / (cosines.alike - cosines.unlike);
  return { id: script.id, meaning: Math.min(1, Math.max(0, share)), example: best.example };
}

function joined(
  found: readonly ScriptMatch[],
  meanings: readonly { id: string; meaning: number; example: string }[],
): ScriptMatch[] {
  const byWords = new Map(found.map((match) => [match.id, match]));
  return meanings
    .map(({ id, meaning, example }): ScriptMatch => {
      const words = byWords.get(id);
      const score = weights.words * (words?.score ?? 0) + weights.meaning * meaning;
      const isMeant = weights.meaning * meaning > weights.words * (words?.score ?? 0);
      return {
        id,
        score: Math.round(score * 1_000) / 1_000,
        reason: {
          by: isMeant ? 'meaning' : 'words',
          words: words?.reason.words ?? [],
          example: isMeant ? example : (words?.reason.example ?? example),
        },
      };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
