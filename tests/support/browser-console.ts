import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type App, buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Role } from '../../src/console/roles.ts';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { buildPages } from '../../src/web-build.ts';
import { clinicsDirectory } from './agent-fixtures.ts';
import { inBrowser, type Look, type Opened, openContext } from './browser.ts';
import { type SignedInPerson, signIn } from './console-access.ts';

export interface ConsoleOptions extends Look {
  role?: Role;
  clinics?: 'all' | string[];
  env?: Record<string, string>;
  /** The time at the clinic when the server starts, ISO 8601 with offset. Default: that of this machine. */
  now?: string;
  /** Puts files where the server will look for them, before it starts. */
  prepare?: (directory: string) => Promise<unknown>;
}

/** The whole product in the sandbox, files in a fresh folder. */
export interface ConsoleServer {
  app: App;
  url: string;
  directory: string;
  log: string[];
  close(): Promise<void>;
}

/** A window of somebody who is signed in at it. */
export interface OnConsole extends ConsoleServer {
  page: Page;
  /** Who is signed in; `person.fetch` asks the server as their page would. */
  person: SignedInPerson;
  /** Another window, of somebody else. */
  as(role: Role, clinics?: 'all' | string[]): Promise<{ page: Page; person: SignedInPerson }>;
}

export async function openConsoleServer(options: ConsoleOptions = {}): Promise<ConsoleServer> {
  await buildPages();
  const directory = await mkdtemp(join(tmpdir(), 'alo-console-'));
  await cp(clinicsDirectory, join(directory, 'clinics'), { recursive: true });
  await options.prepare?.(directory);
  const log: string[] = [];
  const config = readConfig(
    { PORT: '0', CLINICS_DIR: 'clinics', CALL_DRAIN_MS: '2000', ...options.env },
    directory,
  );
  const app = await buildApp(config, {
    clock: createClock(options.now === undefined ? undefined : Date.parse(options.now)),
    log: createLog('debug', { write: (line: string) => void log.push(line) }),
  });
  const url = await app.listen();
  return {
    app,
    url,
    directory,
    log,
    async close() {
      await app.stop(Promise.resolve());
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** For `inBrowser`: a server, and somebody who is signed in at its start page. */
export function openConsole(options: ConsoleOptions = {}) {
  return async (browser: Browser): Promise<Opened<OnConsole>> => {
    const server = await openConsoleServer(options);
    const contexts: BrowserContext[] = [];
    const as = async (role: Role, clinics: 'all' | string[] = 'all') => {
      const person = await signIn(server, role, clinics);
      const context = await openContext(browser, options);
      contexts.push(context);
      await wearCookie(context, person, server.url);
      return { page: await context.newPage(), person };
    };
    const { page, person } = await as(options.role ?? 'admin', options.clinics);
    return {
      parts: { ...server, page, person, as },
      page,
      async close() {
        for (const context of contexts) await context.close();
        await server.close();
      },
    };
  };
}

/** The `it` of a file: each test has a server and a window of its own, `page` is still blank. */
export function onConsole(
  options: ConsoleOptions = {},
  expected: readonly RegExp[] = [],
  moreFlags: readonly string[] = [],
) {
  return inBrowser(openConsole(options), expected, moreFlags);
}

export async function wearCookie(
  context: BrowserContext,
  { cookie }: SignedInPerson,
  url: string,
): Promise<void> {
  const [name = '', value = ''] = cookie.split('=');
  await context.addCookies([{ name, value, url, httpOnly: true, sameSite: 'Strict' }]);
}
