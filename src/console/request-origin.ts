import type { ConsoleRequest } from './console-access.ts';

/** The header that only our own pages can set: a form or a link of another site cannot, and a script of it has to ask first. */
export const pageHeader = 'x-alo-console';
/** On requests of a page that nobody may be looking at: they do not keep anybody signed in. */
export const unattendedHeader = 'x-alo-unattended';

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a page of ours, or no page at all, caused this request. @param publicUrl our own address */
export function isOurs({ method, headers }: ConsoleRequest, publicUrl: string): boolean {
  const site = headers['sec-fetch-site'];
  const isReading = reading.has(method);
  if (site !== undefined && site !== 'same-origin' && !(isReading && site === 'none')) return false;
  const { origin, host } = headers;
  if (origin !== undefined && origin !== originOf(publicUrl) && hostOf(origin) !== host)
    return false;
  return isReading || headers[pageHeader] === '1';
}

/** Whether a person asked: not a page that polls, not an event stream that opens itself again. */
export function isUse({ headers }: ConsoleRequest): boolean {
  const isStream = headers.accept?.includes('text/event-stream') ?? false;
  return !isStream && headers[unattendedHeader] === undefined;
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
