import type { Spread } from '../calls/tally.ts';
import { measureAlone } from '../fresh-process.ts';

/** Writing, reading and indexing 50,000 calls twice takes a minute or two on a machine that does nothing else. */
const timeoutMs = 600_000;

export interface RecordingSearchResult {
  calls: number;
  /** MB of the whole index. */
  memory: number;
  /** To take one call into it. */
  perCallUs: number;
  firstPageMs: Spread;
  nextPageMs: Spread;
  filteredMs: Spread;
  rareWordMs: Spread;
  commonWordMs: Spread;
  prefixMs: Spread;
  threeWordsMs: Spread;
  numberMs: Spread;
  nothingMs: Spread;
  scanMs: Spread;
  /** As `loadNow` had it at the end. */
  load: number;
  /** Of the medians: three words by the index, as a share of the scan's time. */
  ratio: number;
}

interface Start {
  /** Until the server could answer. */
  openMs: number;
  /** Until every word could be searched. */
  searchableMs: number;
}

export interface RecordingStartResult {
  first: Start;
  again: Start;
  load: number;
}

export function measureRecordingSearch(): Promise<RecordingSearchResult | undefined> {
  const entry = new URL('measure-search.ts', import.meta.url);
  return measureAlone('recordings-search', entry, timeoutMs, ['--expose-gc']);
}

export function measureRecordingStart(): Promise<RecordingStartResult | undefined> {
  return measureAlone('recordings-start', new URL('measure-start.ts', import.meta.url), timeoutMs);
}
