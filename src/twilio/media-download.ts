import { plainType } from './message-webhook.ts';

export type MediaResult =
  | { outcome: 'ready'; bytes: Buffer; contentType: string }
  /** refused: not from Twilio, too large, of another type. Asking again gives the same. */
  | { outcome: 'refused' | 'failed' };

export type DownloadMedia = (
  url: string,
  limits: { mostBytes: number; types: ReadonlySet<string> },
) => Promise<MediaResult>;

const longestMs = 15_000;
/** Where Twilio's own address sends on to; the key stays behind. */
const storeHosts: ReadonlySet<string> = new Set(['mms.twiliocdn.com', 'media.twiliocdn.com']);

/**
 * Fetches what somebody sent, from Twilio's address alone and with its key: the address stands in a webhook, and whoever
 * could forge one must not make us look into our own network. One redirect, to Twilio's own store. Never rejects.
 */
export function createMediaDownload(options: {
  accountSid: string;
  authToken: string;
  apiUrl: string;
}): DownloadMedia {
  const { accountSid, authToken, apiUrl } = options;
  const own = new URL(apiUrl);
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;

  return async (url, limits) => {
    if (!isOf(url, own)) return { outcome: 'refused' };
    const signal = AbortSignal.timeout(longestMs);
    try {
      const first = await fetch(url, { headers: { authorization }, redirect: 'manual', signal });
      if (first.status < 300 || first.status >= 400) return await read(first, limits);
      await first.body?.cancel();
      const target = parseUrl(first.headers.get('location') ?? '', url);
      if (!target || !(isOf(target.href, own) || isStore(target))) return { outcome: 'refused' };
      const headers = isOf(target.href, own) ? { authorization } : {};
      return await read(await fetch(target, { headers, redirect: 'error', signal }), limits);
    } catch {
      return { outcome: 'failed' };
    }
  };
}

function parseUrl(url: string, base?: string): URL | undefined {
  return URL.canParse(url, base) ? new URL(url, base) : undefined;
}

function isOf(url: string, own: URL): boolean {
  const parsed = parseUrl(url);
  return (
    parsed !== undefined && parsed.origin === own.origin && !parsed.username && !parsed.password
  );
}

function isStore({ protocol, host, username }: URL): boolean {
  return protocol === 'https:' && storeHosts.has(host) && !username;
}

async function read(
  response: Response,
  { mostBytes, types }: { mostBytes: number; types: ReadonlySet<string> },
): Promise<MediaResult> {
  const contentType = plainType(response.headers.get('content-type') ?? '');
  const announced = Number(response.headers.get('content-length') ?? 0);
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    return { outcome: response.status === 404 || response.status >= 500 ? 'failed' : 'refused' };
  }
  if (!types.has(contentType) || announced > mostBytes) {
    await response.body.cancel();
    return { outcome: 'refused' };
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.length;
    if (bytes > mostBytes) return { outcome: 'refused' };
    chunks.push(chunk);
  }
  return { outcome: 'ready', bytes: Buffer.concat(chunks), contentType };
}
