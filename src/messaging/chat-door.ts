import type { IncomingHttpHeaders } from 'node:http';
import { chatKeyShape } from './web-chat.ts';

/** Whose pages may use the chat, and what their browser keeps. Pure. */

export interface ChatDoor {
  /** Our own address as people reach it. */
  publicUrl: string;
  /** Other sites that may show the chat in a frame and ask it from their pages. */
  origins: readonly string[];
}

/** `own`: our page, or no page at all; `guest`: a page of a site that is named. */
export function callerOf(
  headers: IncomingHttpHeaders,
  door: ChatDoor,
): 'own' | 'guest' | 'foreign' {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  if (origin === undefined) return site === 'cross-site' ? 'foreign' : 'own';
  if (door.origins.includes(origin)) return 'guest';
  const isOurs = origin === originOf(door.publicUrl) || hostOf(origin) === host;
  return isOurs && site !== 'cross-site' ? 'own' : 'foreign';
}

/** For the answer to a page of another site that is named. */
export function guestHeaders(origin: string): Record<string, string> {
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    vary: 'Origin',
  };
}

export const preflightHeaders = {
  'access-control-allow-methods': 'GET, POST, DELETE',
  'access-control-allow-headers': 'content-type',
  'access-control-max-age': '600',
};

/** Of every answer of the chat. Nothing from elsewhere runs in the page, and only named sites may frame it. */
export function chatHeaders({ publicUrl, origins }: ChatDoor): Record<string, string> {
  const ancestors = origins.length > 0 ? `'self' ${origins.join(' ')}` : "'self'";
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "object-src 'none'",
      `frame-ancestors ${ancestors}`,
      "form-action 'self'",
      "require-trusted-types-for 'script'",
      'report-uri /console/api/browser-reports',
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    'cache-control': 'no-store',
    ...(origins.length > 0 ? {} : { 'x-frame-options': 'SAMEORIGIN' }),
    ...(publicUrl.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}

/**
 * A page in a frame of another site keeps its cookie apart for each such site (`Partitioned`), which needs https; otherwise
 * no other site's page brings it about that it is sent.
 */
export function chatCookie({ publicUrl, origins }: ChatDoor) {
  const isHttps = publicUrl.startsWith('https:');
  const name = isHttps ? '__Host-alo-chat' : 'alo-chat';
  const site = isHttps && origins.length > 0 ? 'SameSite=None; Partitioned' : 'SameSite=Strict';
  const attributes = `Path=/; HttpOnly; ${site}${isHttps ? '; Secure' : ''}`;
  return {
    /** Nothing when there is none, or two that differ. */
    read(header: string | undefined): string | undefined {
      const values = (header ?? '')
        .split(';')
        .map((part) => part.trim())
        .filter((part) => part.startsWith(`${name}=`))
        .map((part) => part.slice(name.length + 1));
      const [key] = values;
      return new Set(values).size === 1 && key && chatKeyShape.test(key) ? key : undefined;
    },
    set: (key: string, ageMs: number) =>
      `${name}=${key}; Max-Age=${Math.floor(ageMs / 1_000)}; ${attributes}`,
    clear: () => `${name}=; Max-Age=0; ${attributes}`,
  };
}

const originOf = (url: string) => (URL.canParse(url) ? new URL(url).origin : undefined);
const hostOf = (origin: string) => (URL.canParse(origin) ? new URL(origin).host : undefined);
