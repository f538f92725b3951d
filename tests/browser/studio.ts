import type { Browser, Page } from 'playwright-core';
import { type Look, openBrowser, openContext, settled } from '../support/browser.ts';
import { type ConsoleServer, openConsoleServer, wearCookie } from '../support/browser-console.ts';
import { type SignedInPerson, signIn } from '../support/console-access.ts';
import { type Place, places } from './screenshot-places.ts';

/** A sandbox with everything in it that the places need to be seen. */
export interface Studio {
  /** Shows each of `wanted`, one after another, in a window of its own. */
  visit(look: Look, see: (page: Page, place: Place) => Promise<unknown>): Promise<void>;
  close(): Promise<void>;
}

export async function openStudio(wanted: readonly Place[]): Promise<Studio> {
  const server = await openConsoleServer({
    // Of all places: one shows what another's files hold.
    prepare: async (directory) => {
      for (const { files } of places) await files?.(directory);
    },
  });
  const browser = await openBrowser();
  const admin = await signIn(server, 'admin');
  // A place may show what another of the same screen filled in.
  const screens = new Set(wanted.map(screenOf));
  for (const place of places) if (screens.has(screenOf(place))) await place.fill?.(server, admin);
  return {
    async visit(look, see) {
      for (const place of wanted) await show({ browser, server, admin }, place, look, see);
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** `/console/agenda?day=…` and `/console/agenda/x` are one screen. */
const screenOf = ({ path }: Place) => path.split(/[/?]/).slice(0, 3).join('/');

interface Room {
  browser: Browser;
  server: ConsoleServer;
  admin: SignedInPerson;
}

async function show(
  { browser, server, admin }: Room,
  place: Place,
  look: Look,
  see: (page: Page, place: Place) => Promise<unknown>,
): Promise<void> {
  const context = await openContext(browser, look);
  if (!place.isOutside) await wearCookie(context, admin, server.url);
  const page = await context.newPage();
  await page.goto(`${server.url}${place.path}`);
  await settled(page);
  await place.prepare?.(page);
  await see(page, place);
  await context.close();
}
