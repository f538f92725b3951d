import { ApiProblem } from '../../../ui/api.ts';
import { apiWords } from '../../../ui/api-words.ts';

/** A list of 2 MB over a slow line, ms. */
const patienceMs = 60_000;

/** Sends a file as it is; the server reads its letters and columns. Rejects with an ApiProblem. */
export async function sendFile<Answer>(
  file: File,
  wish: { clinic: string; kind: string; name: string; perMinute: number },
): Promise<Answer> {
  const query = new URLSearchParams({ ...wish, perMinute: String(wish.perMinute) });
  let response: Response;
  try {
    response = await fetch(`/console/api/call-lists?${query}`, {
      method: 'POST',
      body: await file.arrayBuffer(),
      headers: { 'content-type': 'text/csv', accept: 'application/json', 'x-alo-console': '1' },
      credentials: 'same-origin',
      signal: AbortSignal.timeout(patienceMs),
    });
  } catch {
    throw new ApiProblem(0, 'unreachable', apiWords().unreachable);
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return body as Answer;
  const { error } = (body ?? {}) as { error?: { code?: string; message?: string } };
  const message = error?.message ?? apiWords().failed(response.status);
  throw new ApiProblem(response.status, error?.code ?? 'failed', message, { body });
}
