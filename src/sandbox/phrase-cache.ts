/** Remembers the latest phrases, and joins those asked for twice at once. */
export interface PhraseCache {
  take(key: string, make: () => Promise<Buffer>): Promise<Buffer>;
}

/** Enough for a whole dialogue many times over; 8 MB is 17 minutes of speech. */
const mostPhrases = 200;
const mostBytes = 8 * 1024 * 1024;

export function createPhraseCache(): PhraseCache {
  const kept = new Map<string, Buffer>();
  const making = new Map<string, Promise<Buffer>>();
  let bytes = 0;

  function keep(key: string, phrase: Buffer): void {
    kept.set(key, phrase);
    bytes += phrase.length;
    // A Map keeps insertion order: the first key is the one used longest ago.
    for (const [oldest, audio] of kept) {
      if (kept.size <= mostPhrases && bytes <= mostBytes) break;
      kept.delete(oldest);
      bytes -= audio.length;
    }
  }

  async function makeOnce(key: string, make: () => Promise<Buffer>): Promise<Buffer> {
    try {
      const phrase = await make();
      keep(key, phrase);
      return phrase;
    } finally {
      making.delete(key);
    }
  }

  return {
    take(key, make) {
      const phrase = kept.get(key);
      if (phrase) {
        kept.delete(key);
        kept.set(key, phrase);
        return Promise.resolve(phrase);
      }
      const underway = making.get(key) ?? makeOnce(key, make);
      making.set(key, underway);
      return underway;
    },
  };
}
