import type { Page } from 'playwright-core';
import type { ConsoleServer } from '../support/browser-console.ts';
import type { SignedInPerson } from '../support/console-access.ts';
import { fillAgenda, fillCallLists, fillRequests, mondayAhead } from '../support/desk-pictures.ts';

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
  { name: 'agenda', path: `/console/agenda?day=${mondayAhead()}`, fill: fillAgenda },
  {
    name: 'agenda-week',
    path: `/console/agenda?day=${mondayAhead()}&view=week&lane=beatriz-sales`,
  },
  {
    name: 'agenda-book',
    path: `/console/agenda?day=${mondayAhead()}`,
    prepare: (page) => page.locator('.screen-head .button.main').click(),
  },
  {
    name: 'agenda-panel',
    path: `/console/agenda?day=${mondayAhead()}`,
    prepare: async (page) => {
      await page.locator('.agenda-entry:visible, .agenda-name:visible').first().click();
      await page.locator('.agenda-facts').waitFor();
    },
  },
  { name: 'requests', path: '/console/requests', fill: fillRequests },
  { name: 'waiting', path: '/console/requests/waiting' },
  { name: 'calls-out', path: '/console/calls-out' },
  { name: 'call-lists', path: '/console/calls-out/lists', fill: fillCallLists },
  {
    name: 'call-list',
    path: '/console/calls-out/lists',
    prepare: (page) => page.locator('.opener').first().click(),
  },
  { name: 'opt-outs', path: '/console/calls-out/opt-outs' },
];
