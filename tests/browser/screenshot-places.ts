import type { Page } from 'playwright-core';
import type { ConsoleServer } from '../support/browser-console.ts';
import type { SignedInPerson } from '../support/console-access.ts';
import { sandboxCaller } from '../support/sandbox-caller.ts';
import { until } from '../support/stage.ts';

export interface Place {
  /** Of the file. */
  name: string;
  /** From `/`. */
  path: string;
  /** Nobody is signed in. */
  isOutside?: boolean;
  /** Makes something to be seen, once, before the first picture. */
  fill?: (server: ConsoleServer, admin: SignedInPerson) => Promise<unknown>;
  /** Brings the page where the picture is taken, like opening a dialog. Must not depend on the language. */
  prepare?: (page: Page) => Promise<unknown>;
}

/** What `npm run screenshots` takes pictures of. */
export const places: readonly Place[] = [
  { name: 'sign-in', path: '/console/', isOutside: true },

  { name: 'home', path: '/console/home' },

  {
    name: 'live',
    path: '/console/live',
    fill: async (server) => {
      sandboxCaller(server);
      await until(() => server.app.live.count === 1, 'a call is live');
    },
    prepare: async (page) => {
      await page.locator('.live-list a').first().click();
      await page.locator('.live-line').first().waitFor();
    },
  },
  {
    name: 'live-take',
    path: '/console/live',
    prepare: async (page) => {
      await page.locator('.live-list a').first().click();
      await page.locator('.live-controls .button.main').first().click();
    },
  },
  { name: 'softphone', path: '/console/softphone' },
];
