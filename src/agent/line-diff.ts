/** One line of a comparison; `gone` only stood before, `added` only stands now. */
export interface DiffLine {
  kind: 'same' | 'gone' | 'added';
  text: string;
}

/** Compared line by line; above this the product of the lines would take too much memory and time. */
const mostCells = 4_000_000;

/** What changed between two texts, in the order of reading. Of two files that have hardly anything in common: all of both. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const a = before.split('\n');
  const b = after.split('\n');
  const head = sharedCount(a, b, (line, at) => line === b[at]);
  const tail = Math.min(
    sharedCount(a.toReversed(), b, (line, at) => line === b[b.length - 1 - at]),
    Math.min(a.length, b.length) - head,
  );
  const same = (lines: readonly string[]) => lines.map((text) => ({ kind: 'same' as const, text }));
  return [
    ...same(a.slice(0, head)),
    ...middleDiff(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...same(tail === 0 ? [] : a.slice(-tail)),
  ];
}

function sharedCount(
  lines: readonly string[],
  others: readonly string[],
  isSame: (line: string, at: number) => boolean,
): number {
  const most = Math.min(lines.length, others.length);
  let count = 0;
  while (count < most && isSame(lines[count] ?? '', count)) count += 1;
  return count;
}

/** By the longest common subsequence. */
function middleDiff(a: readonly string[], b: readonly string[]): DiffLine[] {
  const gone = (lines: readonly string[]) => lines.map((text) => ({ kind: 'gone' as const, text }));
  const added = (lines: readonly string[]) =>
    lines.map((text) => ({ kind: 'added' as const, text }));
  if (a.length * b.length > mostCells) return [...gone(a), ...added(b)];
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => longest[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      longest[i * width + j] =
        a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const text = a[i] ?? '';
    if (text === b[j]) {
      lines.push({ kind: 'same', text });
      i += 1;
      j += 1;
    } else if (at(i + 1, j) >= at(i, j + 1)) {
      lines.push({ kind: 'gone', text });
      i += 1;
    } else {
      lines.push({ kind: 'added', text: b[j] ?? '' });
      j += 1;
    }
  }
  return [...lines, ...gone(a.slice(i)), ...added(b.slice(j))];
}
