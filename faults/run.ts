import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createClock } from '../src/platform/clock.ts';
import { cases } from './cases.ts';
import { faultsPage, faultTable, verdictOf } from './faults-page.ts';
import { type Played, playCase } from './play-case.ts';

/*
 * npm run faults                    every case (under 10 minutes), prints the table and writes docs/faults.md
 * npm run faults -- --only F-12     the cases of one row (or of several, separated by commas); writes nothing
 */
const { values } = parseArgs({ options: { only: { type: 'string' } } });

const page = new URL('../docs/faults.md', import.meta.url);
const only = values.only?.split(',');
const chosen = cases.filter(({ row }) => only === undefined || only.includes(row));

async function play(): Promise<Played[]> {
  const directory = mkdtempSync(join(tmpdir(), 'alo-faults-'));
  process.env.TMPDIR = directory;
  // The first call loads what every call needs, and one that we end what ending takes; they are played again below.
  for (const one of [cases[0], cases.find(({ row }) => row === 'F-08')])
    if (one) await playCase(one, directory);
  const played: Played[] = [];
  try {
    for (const one of chosen) {
      const result = await playCase(one, directory);
      played.push(result);
      const seconds = (result.tookMs / 1_000).toFixed(1);
      console.log(
        [verdictOf(result), result.row, result.variant, `(${seconds} s)`, ...result.wrong].join(
          '  ',
        ),
      );
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return played;
}

if (chosen.length === 0) throw new Error(`there is no case of ${values.only}`);
const played = await play();
console.log(`\n${faultTable(played)}`);
const date = new Date(createClock().wallMs()).toISOString().slice(0, 10);
if (only === undefined) writeFileSync(page, faultsPage({ date, played }));
// What is left open would be a leak of the runner, not of the product: each case was looked at.
process.exit(played.every((one) => one.wrong.length === 0) ? 0 : 1);
