import type { Page } from 'playwright-core';
import type { ConsoleServer } from '../support/browser-console.ts';
import { addPerson, type SignedInPerson } from '../support/console-access.ts';

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
    name: 'users',
    path: '/console/users',
    fill: async ({ directory }) => {
      await addPerson(directory, 'staff', ['aurora'], 'bia.recepcao');
      await addPerson(directory, 'auditor', 'all', 'olga@clinica.com.br', 'one-time');
    },
  },
  {
    name: 'users-dialog',
    path: '/console/users',
    prepare: (page) => page.getByRole('row').filter({ hasText: 'bia.recepcao' }).click(),
  },
  { name: 'audit', path: '/console/audit' },
  {
    name: 'audit-row',
    path: '/console/audit',
    prepare: (page) => page.locator('tbody tr').first().click(),
  },
];
