import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withoutAccents } from '../../src/agent/language/said-words.ts';
import { loadScripts } from '../../src/agent/script-loader.ts';
import { createScriptMatcher, type LiveScript } from '../../src/agent/script-matcher.ts';
import { nowUs } from '../calls/tally.ts';

/*
 * How long it takes to find the script of a first message among 500, against a plain scan for its words. One JSON line.
 * `node --import tsx bench/messages/scripts.ts`
 */

const scriptCount = 500;
/** Before anything is counted: the compiler has seen the code, a working server has too. */
const warmUps = 3;
const rounds = 15;

/** Milliseconds. */
export interface MatchTimes {
  p50: number;
  p99: number;
  max: number;
  /** p99 of each message's best run: what else ran on the machine is not in it. */
  quietP99: number;
}

export interface ScriptsResult {
  bench: 'messages-scripts';
  scripts: number;
  messages: number;
  rounds: number;
  matchMs: MatchTimes;
  scanMs: MatchTimes;
  /** Of the medians: the share of the plain scan's time. */
  ratio: number;
}

const place = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const shipped = await loadScripts(place('../../clinics/scripts'));
/** Each a shipped one with a subject of its own, so that none equals another. */
const scripts = Array.from({ length: scriptCount }, (_, i): LiveScript => {
  const { id, body } = shipped[i % shipped.length] ?? fail();
  const own = `assunto${Math.floor(i / shipped.length)}`;
  const examples = body.examples.map((text, at) => (at % 3 === 0 ? `${text} ${own}` : text));
  return { id: `${id}-${i}`, body: { ...body, name: `${body.name} ${own}`, examples } };
});
const messages = readFileSync(place('../../tests/fixtures/script-messages.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => (JSON.parse(line) as { text: string }).text);

const matcher = createScriptMatcher(scripts);
const folded = scripts.map(({ body }) =>
  [body.name, body.when, ...body.examples].map((text) => withoutAccents(text)),
);

/** What one would write first: the script one of whose texts holds most of the message's words. */
function scan(message: string): number {
  const words = withoutAccents(message)
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 2);
  let best = { at: -1, hits: 0 };
  for (const [at, texts] of folded.entries())
    for (const text of texts) {
      const hits = words.filter((word) => text.includes(word)).length;
      if (hits > best.hits) best = { at, hits };
    }
  return best.at;
}

const found = measure((message) => matcher.match(message));
const scanned = measure(scan);
const result: ScriptsResult = {
  bench: 'messages-scripts',
  ...{ scripts: scriptCount, messages: messages.length, rounds },
  ...{ matchMs: found, scanMs: scanned },
  ratio: rounded(found.p50 / scanned.p50),
};
console.log(JSON.stringify(result));

/** Every message in turn; `p99` of all runs, `quiet` of each message's best run: what else runs here does not count in it. */
function measure(work: (message: string) => unknown): MatchTimes {
  const all: number[] = [];
  const best = new Map<string, number>();
  for (let round = -warmUps; round < rounds; round += 1)
    for (const message of messages) {
      const began = nowUs();
      work(message);
      const ms = (nowUs() - began) / 1_000;
      if (round < 0) continue;
      all.push(ms);
      best.set(message, Math.min(best.get(message) ?? ms, ms));
    }
  const quiet = [...best.values()];
  return {
    p50: share(all, 0.5),
    p99: share(all, 0.99),
    max: share(all, 1),
    quietP99: share(quiet, 0.99),
  };
}

function share(values: number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return rounded(sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0);
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

function fail(): never {
  throw new Error('no scripts are shipped');
}
