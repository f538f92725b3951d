import { type Language, language } from './language.ts';

type Word = string | ((...given: never[]) => string);
type Words = Record<string, Word>;

/** English has the keys of the Portuguese, and takes what it takes. */
type SameAs<T extends Words> = {
  [K in keyof T]: T[K] extends (...given: infer Given) => string
    ? (...given: Given) => string
    : string;
};

/**
 * The words of one screen in both languages. Call the result while drawing: `const w = words();` — the drawing is repeated
 * when the language changes.
 */
export function dictionary<T extends Words>(texts: { pt: T; en: SameAs<T> }): () => SameAs<T> {
  const both: Record<Language, SameAs<T>> = { pt: texts.pt as unknown as SameAs<T>, en: texts.en };
  return () => both[language.value];
}

/** One phrase in both languages, like a screen's name in the registry. */
export type Phrase = Record<Language, string>;

export const say = (phrase: Phrase): string => phrase[language.value];
