import { cpus } from 'node:os';
import type { Spread } from './calls/tally.ts';
import type { RecordingSearchResult, RecordingStartResult } from './recordings/run.ts';

const pageTargetMs = 200;
const searchTargetMs = 300;

/** `docs/benchmarks-console.md`. */
export function consolePage(results: {
  date: string;
  search: RecordingSearchResult;
  start: RecordingStartResult;
}): string {
  const { date, search, start } = results;
  const row = (what: string, spread: Spread, target: number) =>
    `| ${what} | ${times(spread)} | ${target} | ${spread.p99 <= target ? 'reached' : '**not reached**'} |`;
  return `# Benchmarks of the console

Made by \`npm run bench -- --only-console\` on ${date}: Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}. Times are p50 / p99 / max
in ms and depend on the machine and on what else runs on it; the ratio is what to compare.

While the list was measured ${search.load} programs wanted a core, during the starts ${start.load}: 1 is a machine of our own.

## The list of calls

${search.calls} calls of 360 words, through the console's own route, one process, one question at a time.

| question | ms | target p99 | |
| --- | --- | --- | --- |
${[
  row('first page', search.firstPageMs, pageTargetMs),
  row('second page', search.nextPageMs, pageTargetMs),
  row('outcome, direction and a month', search.filteredMs, pageTargetMs),
  row('a word of 50 calls', search.rareWordMs, searchTargetMs),
  row('a word of every call', search.commonWordMs, searchTargetMs),
  row('the beginning of a word (“con”)', search.prefixMs, searchTargetMs),
  row('three words', search.threeWordsMs, searchTargetMs),
  row('five digits of a number', search.numberMs, searchTargetMs),
  row('a word nobody said', search.nothingMs, searchTargetMs),
].join('\n')}
| the three words by a plain scan of texts kept in memory | ${times(search.scanMs)} | – | baseline |

The index takes ${search.ratio} of the baseline's time (medians, same run), ${search.memory} MB for all calls, and ${search.perCallUs} µs to take in one call.

## A start

The same ${search.calls} call records as files.

| start | answers after | every word searchable after |
| --- | --- | --- |
| the first, which reads every record | ${start.first.openMs} ms | ${start.first.searchableMs} ms |
| the next, from what was kept | ${start.again.openMs} ms | ${start.again.searchableMs} ms |
`;
}

function times({ p50, p99, max }: Spread): string {
  return `${p50} / ${p99} / ${max}`;
}
