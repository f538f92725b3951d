import type { Page } from 'playwright-core';
import type { ConsoleServer } from '../support/browser-console.ts';
import type { SignedInPerson } from '../support/console-access.ts';
import { seedCalls } from '../support/seeded-calls.ts';

export interface Place {
  /** Of the file. */
  name: string;
  /** From `/`. */
  path: string;
  /** Nobody is signed in. */
  isOutside?: boolean;
  /** Puts files where the server will look for them, before it starts. */
  files?: (directory: string) => Promise<unknown>;
  /** Makes something to be seen, once, before the first picture. */
  fill?: (server: ConsoleServer, admin: SignedInPerson) => Promise<unknown>;
  /** Brings the page where the picture is taken, like opening a dialog. Must not depend on the language. */
  prepare?: (page: Page) => Promise<unknown>;
}

/** What `npm run screenshots` takes pictures of. */
export const places: readonly Place[] = [
  { name: 'sign-in', path: '/console/', isOutside: true },

  { name: 'home', path: '/console/home' },

  { name: 'recordings', path: '/console/recordings', files: (directory) => seedCalls(directory) },
  {
    name: 'recording',
    path: '/console/recordings?text=marina',
    prepare: async (page) => {
      await page.locator('tbody a').first().click();
      await page.locator('.recordings-columns button.main').click();
      await page.getByRole('slider').waitFor();
      await page.locator('button.recordings-line').nth(5).click();
    },
  },
  {
    name: 'recording-refused',
    path: '/console/recordings?text=55512345',
    prepare: async (page) => {
      await page.locator('tbody a').first().click();
      await page.locator('.recordings-columns').waitFor();
    },
  },
  {
    name: 'recording-reason',
    path: '/console/recordings?text=8888-7777',
    prepare: async (page) => {
      await page.locator('tbody a').first().click();
      await page.locator('.recordings-columns button.main').click();
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'numbers', path: '/console/numbers?days=30' },
];
