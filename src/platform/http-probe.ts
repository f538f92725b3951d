import { scrub } from './scrub.ts';

/** What one careful GET found. Nothing here throws: an address that does not answer is an ordinary finding. */
export type Probe =
  | { type: 'answered'; status: number; body: unknown }
  | { type: 'unreachable'; reason: string }
  | { type: 'timeout' };

/** Bytes of an answer that are read; the rest is not needed to judge it. */
const longestBody = 1024 * 1024;

/** GET without following redirects. `body` is the parsed JSON, or undefined when the answer is not JSON. */
export async function probe(
  url: string,
  options: { timeoutMs: number; headers?: Record<string, string> },
): Promise<Probe> {
  try {
    const reply = await fetch(url, {
      headers: options.headers ?? {},
      redirect: 'manual',
      signal: AbortSignal.timeout(options.timeoutMs),
    });
    return { type: 'answered', status: reply.status, body: await readJson(reply) };
  } catch (error) {
    if (error instanceof DOMException && error.name === 'TimeoutError') return { type: 'timeout' };
    return { type: 'unreachable', reason: causeCode(error) };
  }
}

async function readJson(reply: Response): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of reply.body ?? []) {
    bytes += part.length;
    if (bytes > longestBody) return undefined;
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** `fetch failed` says nothing; the code of its cause (`ECONNREFUSED`, `ENOTFOUND`, `CERT_HAS_EXPIRED`) does. */
function causeCode(error: unknown): string {
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : undefined;
  if (!(cause instanceof Error)) return 'unknown reason';
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : scrub(cause.message);
}

/** Why there is no answer, to follow the name of what was asked. */
export function silence(answer: Exclude<Probe, { type: 'answered' }>): string {
  return answer.type === 'timeout'
    ? 'did not answer in time'
    : `cannot be reached (${answer.reason})`;
}
