import { apiWords } from './api-words.ts';

/** Why a request was refused, or did not arrive. `message` can be shown as it is. */
export class ApiProblem extends Error {
  readonly status: number;
  /** Stable, English: the server's, or `unreachable`, `too-slow`, `unreadable`. */
  readonly code: string;
  /** Seconds after which to try again, when the server says so. */
  readonly retryAfterS: number | undefined;
  /** The whole answer, for refusals that carry more than a sentence (like alternatives). */
  readonly body: unknown;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { retryAfterS?: number | undefined; body?: unknown } = {},
  ) {
    super(message);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = code;
    this.retryAfterS = more.retryAfterS;
    this.body = more.body;
  }
}

export type ApiMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface ApiOptions {
  signal?: AbortSignal;
  /** Default 15 s: what takes longer answers at once and is asked for again. */
  timeoutMs?: number;
  headers?: Record<string, string>;
  /** The page asks by itself, nobody did anything: does not keep somebody signed in. */
  isUnattended?: boolean;
}

/** A request of JSON; rejects with an ApiProblem, or the AbortError of the given signal. */
export type Api = <T>(
  method: ApiMethod,
  path: string,
  body?: unknown,
  options?: ApiOptions,
) => Promise<T>;

const usualTimeoutMs = 15_000;
/** 401 about a password that was typed, not about the session. */
const passwordRefusals = ['sign-in-failed', 'wrong-password'];

/**
 * @param base what stands before every path, like `/console/api`
 * @param signedOut called when the server does not know us (any more)
 */
export function createApi(base: string, signedOut: () => void = () => {}): Api {
  return async <T>(method: ApiMethod, path: string, body?: unknown, options: ApiOptions = {}) => {
    const response = await ask(`${base}${path}`, method, body, options);
    if (response.status === 204) return undefined as T;
    const answer = await readJson(response);
    if (response.ok) return answer as T;
    const problem = problemOf(response, answer);
    if (response.status === 401 && !passwordRefusals.includes(problem.code)) signedOut();
    throw problem;
  };
}

async function ask(
  url: string,
  method: ApiMethod,
  body: unknown,
  { signal, timeoutMs = usualTimeoutMs, headers = {}, isUnattended = false }: ApiOptions,
): Promise<Response> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  try {
    return await fetch(url, {
      method,
      ...sent,
      headers: {
        accept: 'application/json',
        'x-alo-console': '1',
        ...(isUnattended ? { 'x-alo-unattended': '1' } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      credentials: 'same-origin',
      cache: 'no-store',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    const code = timeout.aborted ? 'too-slow' : 'unreachable';
    throw new ApiProblem(0, code, apiWords()[code === 'too-slow' ? 'tooSlow' : 'unreachable']);
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    if (!response.ok) return undefined;
    throw new ApiProblem(response.status, 'unreadable', apiWords().unreadable);
  }
}

function problemOf(response: Response, body: unknown): ApiProblem {
  const { error } = (body ?? {}) as { error?: { code?: string; message?: string } };
  const code = error?.code ?? `http-${response.status}`;
  const retryAfterS = Number(response.headers.get('retry-after')) || undefined;
  const message = error?.message ?? apiWords().failed(response.status);
  return new ApiProblem(response.status, code, message, { retryAfterS, body });
}

/** The sentence to show for anything that was thrown. */
export function problemText(error: unknown): string {
  if (error instanceof ApiProblem) return error.message;
  return apiWords().unknown;
}
