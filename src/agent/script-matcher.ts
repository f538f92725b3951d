import MiniSearch, { type SearchResult } from 'minisearch';
import type { ScriptBody } from './script-record.ts';
import { type ReadWord, readWords } from './script-words.ts';

/** Which script the first messages of a conversation ask for, without asking anybody outside. Pure. */

/** One script that people may be served with. */
export interface LiveScript {
  id: string;
  body: ScriptBody;
}

export interface ScriptMatch {
  id: string;
  /** 0 to 1: how much of what was said the script accounts for. */
  score: number;
  reason: MatchReason;
}

/** Why, in words that staff can check. */
export interface MatchReason {
  by: 'words' | 'meaning';
  /** Words of the message, folded, that the script has, the rarest first. */
  words: string[];
  /** The script's example that is nearest. */
  example: string;
}

/** Anything that finds the scripts a message asks for, the best first; empty when it asks for none. */
export interface ScriptMatcher {
  match(text: string, only?: (id: string) => boolean): ScriptMatch[];
}

/** Below this nobody can tell what is wanted: the person is asked again. */
export const leastScore = 0.22;
/** Scripts whose examples are looked at one by one, and most that are answered. */
const candidates = 8;
/** Words told in a reason. */
const mostReasonWords = 6;
/** Of the score: the whole script's words, and the nearest example's. */
const weights = { script: 0.5, example: 0.5 } as const;

interface Example {
  text: string;
  terms: ReadonlySet<string>;
  /** Sum of the weights of its terms. */
  weight: number;
}

interface Indexed {
  id: string;
  terms: ReadonlySet<string>;
  examples: Example[];
}

export function createScriptMatcher(scripts: readonly LiveScript[]): ScriptMatcher {
  const index = buildIndex(scripts);
  const termsOf = new Map(
    scripts.map((script) => [script.id, new Set(partsOf(script).flatMap(termsIn))]),
  );
  const weightOf = termWeights([...termsOf.values()]);
  const indexed = new Map(
    scripts.map(({ id, body }): [string, Indexed] => {
      const examples = [...body.examples, body.name].map((text) => {
        const terms = new Set(termsIn(text));
        return { text, terms, weight: sum(terms, weightOf) };
      });
      return [id, { id, terms: termsOf.get(id) ?? new Set(), examples }];
    }),
  );
  const vocabulary = new Set([...termsOf.values()].flatMap((terms) => [...terms]));

  return {
    match(text, only) {
      const words = readWords(text);
      const said = new Set(words.flatMap(termsOfWord));
      if (said.size === 0) return [];
      const found = index.search([...said].join(' '), {
        fuzzy: (term) => (vocabulary.has(term) || term.length < 5 ? false : 0.2),
        ...(only ? { filter: ({ id }) => only(String(id)) } : {}),
      });
      const top = found[0]?.score ?? 1;
      return found
        .slice(0, candidates)
        .flatMap((one) => {
          const script = indexed.get(String(one.id));
          return script ? [scored(script, one, one.score / top, words, said)] : [];
        })
        .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
    },
  };

  function scored(
    script: Indexed,
    result: SearchResult,
    share: number,
    words: readonly ReadWord[],
    said: ReadonlySet<string>,
  ): ScriptMatch {
    // What was misspelt counts as the word it was taken for.
    const heard = new Set([...said].map((term) => likeness(term, result) ?? term));
    const whole = sum(heard, weightOf);
    const covered =
      sum(
        [...heard].filter((term) => script.terms.has(term)),
        weightOf,
      ) / whole;
    const nearest = nearestExample(script.examples, heard, whole, weightOf);
    const score = weights.script * share * covered + weights.example * nearest.closeness;
    return {
      id: script.id,
      score: Math.round(score * 1_000) / 1_000,
      reason: { by: 'words', words: reasonWords(words, result), example: nearest.text },
    };
  }

  function reasonWords(words: readonly ReadWord[], result: SearchResult): string[] {
    const matched = new Set(result.queryTerms);
    const told = words.filter((word) => termsOfWord(word).some((term) => matched.has(term)));
    const rarest = told.sort((a, b) => weightOf(b.stem) - weightOf(a.stem));
    return [...new Set(rarest.map(({ said }) => said))].slice(0, mostReasonWords);
  }
}

function buildIndex(scripts: readonly LiveScript[]): MiniSearch {
  const index = new MiniSearch({
    fields: ['name', 'when', 'examples'],
    // Terms are made before, those of a query as well.
    tokenize: (text) => text.split(' '),
    processTerm: (term) => term,
    searchOptions: { boost: { name: 2, examples: 2 }, tokenize: (text) => text.split(' ') },
  });
  index.addAll(
    scripts.map(({ id, body: { name, when, examples } }) => ({
      id,
      name: termsIn(name).join(' '),
      when: termsIn(when).join(' '),
      examples: examples.flatMap(termsIn).join(' '),
    })),
  );
  return index;
}

const partsOf = ({ body: { name, when, examples } }: LiveScript) => [name, when, ...examples];
const termsOfWord = ({ stem, concept }: ReadWord) => (concept ? [stem, concept] : [stem]);
const termsIn = (text: string) => readWords(text).flatMap(termsOfWord);

/** How rare a term is among the scripts; one that none has is as rare as can be. */
function termWeights(all: readonly ReadonlySet<string>[]): (term: string) => number {
  const counts = new Map<string, number>();
  for (const terms of all) for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  const weigh = (count: number) => Math.log(1 + (all.length + 1) / (count + 0.5));
  const weights = new Map([...counts].map(([term, count]) => [term, weigh(count)]));
  const unknown = weigh(0);
  return (term) => weights.get(term) ?? unknown;
}

function sum(terms: Iterable<string>, weightOf: (term: string) => number): number {
  let total = 0;
  for (const term of terms) total += weightOf(term);
  return total;
}

/** The script's term that a word of the message was taken for. */
function likeness(term: string, { match, queryTerms }: SearchResult): string | undefined {
  if (!queryTerms.includes(term) || Object.hasOwn(match, term)) return undefined;
  return Object.keys(match).find((other) => other.slice(0, 3) === term.slice(0, 3));
}

/** Closeness 0 to 1: what both say of what either says, so that a short example does not win by one word. */
function nearestExample(
  examples: readonly Example[],
  heard: ReadonlySet<string>,
  whole: number,
  weightOf: (term: string) => number,
): { text: string; closeness: number } {
  let nearest = { text: examples[0]?.text ?? '', closeness: 0 };
  for (const { text, terms, weight } of examples) {
    let both = 0;
    for (const term of terms) if (heard.has(term)) both += weightOf(term);
    const closeness = both === 0 ? 0 : (2 * both) / (whole + weight);
    if (closeness > nearest.closeness) nearest = { text, closeness };
  }
  return nearest;
}
