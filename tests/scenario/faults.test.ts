import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cases } from '../../faults/cases.ts';
import { elsewhere } from '../../faults/elsewhere.ts';
import { type FaultCase, onScene } from '../../faults/fault-case.ts';
import { faultsPage, faultTable } from '../../faults/faults-page.ts';
import { type Played, playCase } from '../../faults/play-case.ts';
import { pass } from '../support/stage.ts';

let directory = '';
const usual = process.env.TMPDIR;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'alo-faults-test-'));
  process.env.TMPDIR = directory;
});
afterAll(() => {
  if (usual === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = usual;
  rmSync(directory, { recursive: true });
});

const named = (row: string, variant: string): FaultCase => {
  const found = cases.find((one) => one.row === row && one.variant === variant);
  if (!found) throw new Error(`there is no case ${row} ${variant}`);
  return found;
};

// All of them take minutes: `npm run faults`.
describe('the runner of faults', () => {
  it.each([
    ['F-12', 'a webhook 50 times at once'],
    ['F-16', 'hang-up in the greeting'],
    ['F-21', 'upgrade 401'],
  ])('%s, %s: passes, and nothing is left', async (row, variant) => {
    const { wrong, skipped } = await playCase(named(row, variant), directory);
    expect([wrong, skipped]).toEqual([[], undefined]);
  });

  it('finds what a case leaves open, what it says is wrong, and what it throws', async () => {
    const left = createServer();
    const careless: FaultCase = {
      row: 'F-00',
      variant: 'a server and a lie',
      play: async (notes) => {
        notes.expect(false, 'the caller heard nothing');
        left.listen(0, '127.0.0.1');
        await once(left, 'listening');
        throw new Error('and it broke');
      },
    };
    const { wrong } = await playCase(careless, directory);
    left.close();
    expect(wrong.slice(0, 2)).toEqual(['the caller heard nothing', 'and it broke']);
    expect(wrong).toContain('1 × TCPServerWrap left');
  });

  it('finds a silence that nobody explained', async () => {
    const silent: FaultCase = {
      row: 'F-00',
      variant: 'three seconds without a word',
      play: (notes) =>
        onScene({}, notes, async ({ stage }) => {
          const { call } = await stage.answered();
          await pass(3_000);
          notes.listen(call, [{ fromMs: 500, toMs: call.nowMs() }]);
          await call.hangUp();
        }),
    };
    const { wrong, silenceMs = 0 } = await playCase(silent, directory);
    expect(silenceMs).toBeGreaterThan(2_000);
    expect(wrong).toEqual([`${silenceMs} ms of unexplained silence`]);
  });
});

describe('the table of faults', () => {
  const played: Played = {
    row: 'F-20',
    variant: 'a | b',
    heard: 'nothing',
    silenceMs: 12,
    lost: 'nothing',
    wrong: [],
    tookMs: 1,
  };

  it('says of each case what was heard, how long it was silent, what was lost and whether it passed', () => {
    const skipped = { ...played, row: 'F-50', skipped: 'needs root' };
    const rows = faultTable([played, { ...played, wrong: ['late'] }, skipped])
      .split('\n')
      .slice(2);
    expect(rows).toEqual([
      '| F-20 | a \\| b | nothing | 12 ms | nothing | passed |',
      '| F-20 | a \\| b | nothing | 12 ms | nothing | FAILED: late |',
      '| F-50 | a \\| b | needs root | 12 ms | – | not played |',
    ]);
  });

  it('as it is in docs/faults.md names every case there is and every row that has none', () => {
    const page = readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8');
    for (const { row, variant } of cases)
      expect(page).toContain(`| ${row} | ${variant.replaceAll('|', '\\|')} |`);
    for (const { row, fault } of elsewhere) expect(page).toContain(`| ${row} | ${fault} |`);
    expect(faultsPage({ date: 'today', played: [played] })).toContain('1 cases, 1 passed');
  });

  it('names tests that are there', () => {
    const named = elsewhere.flatMap(({ why }) => why.match(/tests\/[\w/.-]+\.ts/g) ?? []);
    expect(named.length).toBeGreaterThan(20);
    const root = new URL('../../', import.meta.url);
    expect(named.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  });

  it('has no row twice, here and elsewhere', () => {
    const rows = new Set(cases.map(({ row }) => row));
    expect(elsewhere.filter(({ row }) => rows.has(row))).toEqual([]);
  });
});
