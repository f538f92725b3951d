/** What to answer to somebody who asks for a part of something, or for all of it. */
export interface RangeAnswer {
  status: 200 | 206 | 416;
  headers: Record<string, string>;
  /** First and last byte to send; none with 416. */
  range?: { start: number; end: number };
}

/** @param asked the headers `range` and `if-range` of the request */
export function answerRange(
  asked: { range?: string | undefined; 'if-range'?: string | undefined },
  size: number,
): RangeAnswer {
  // There is no validator that an `If-Range` could match: such a request gets the whole.
  const range = parseRange(asked['if-range'] === undefined ? asked.range : undefined, size);
  if (range === 'unsatisfiable')
    return {
      status: 416,
      headers: { 'accept-ranges': 'bytes', 'content-range': `bytes */${size}` },
    };
  const { start, end } = range ?? { start: 0, end: size - 1 };
  const headers = { 'accept-ranges': 'bytes', 'content-length': String(end - start + 1) };
  if (!range) return { status: 200, headers, range: { start, end } };
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${start}-${end}/${size}` },
    range: { start, end },
  };
}

/**
 * One range of RFC 9110: `bytes=a-b`, `bytes=a-`, `bytes=-n`. Units we do not know are ignored, as it says; several ranges,
 * and what cannot be read as one, are refused.
 */
export function parseRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  if (header === undefined || !/^bytes=/i.test(header)) return undefined;
  const [, first, last] = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header) ?? [];
  if (first === undefined || last === undefined || first + last === '') return 'unsatisfiable';
  if (first === '') {
    const count = Math.min(Number(last), size);
    return count > 0 ? { start: size - count, end: size - 1 } : 'unsatisfiable';
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start < size && start <= end ? { start, end } : 'unsatisfiable';
}
