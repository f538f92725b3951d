import { type Elsewhere, elsewhere } from './elsewhere.ts';
import type { Played } from './play-case.ts';

export const verdictOf = ({ skipped, wrong }: Played): string => {
  if (skipped !== undefined) return 'not played';
  return wrong.length === 0 ? 'passed' : 'FAILED';
};

const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ');

/** One line a case, as a Markdown table. */
export function faultTable(played: readonly Played[]): string {
  const rows = played.map((one) =>
    [
      one.row,
      one.variant,
      one.skipped === undefined ? one.heard : one.skipped,
      one.silenceMs === undefined ? '–' : `${one.silenceMs} ms`,
      one.skipped === undefined ? one.lost : '–',
      [verdictOf(one), ...one.wrong].join(': '),
    ].map(cell),
  );
  const head = ['row', 'variant', 'the caller heard', 'longest silence', 'lost', 'result'];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

const elsewhereTable = (rows: readonly Elsewhere[]): string =>
  [
    '| row | fault | where, or why not |',
    '| --- | --- | --- |',
    ...rows.map(({ row, fault, why }) => `| ${row} | ${fault} | ${cell(why)} |`),
  ].join('\n');

export interface FaultRun {
  date: string;
  played: readonly Played[];
}

/** The page `docs/faults.md`. */
export function faultsPage({ date, played }: FaultRun): string {
  const failed = played.filter((one) => verdictOf(one) === 'FAILED').length;
  const skipped = played.filter((one) => one.skipped !== undefined).length;
  return `# Faults

Written by \`npm run faults\` on ${date}: ${played.length} cases, ${played.length - failed - skipped} passed, ${failed} failed, ${skipped} not played.

Each fault is brought about on this machine, with a scripted model and a sandbox carrier that check what they are sent, a TCP proxy between them
and the product, and real files and processes. What is written here was measured in the caller's ear. “Longest silence” is the longest time
without any sound while it was the agent's turn and no wait had been announced (at most 2,000 ms). After every case there may be no call, socket,
timer, descriptor or file more than before it. Names in “” are the shipped prompts; \`<say>\`, \`<dial>\` are the verbs after the stream.

${faultTable(played)}

## Rows that are not played here

${elsewhereTable(elsewhere)}
`;
}
