import type { Page } from 'playwright-core';
import type { ConsoleServer } from '../support/browser-console.ts';
import type { SignedInPerson } from '../support/console-access.ts';

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

  { name: 'chat-begin', path: '/', isOutside: true },
  { name: 'chat', path: '/', isOutside: true, prepare: chatABit },

  { name: 'home', path: '/console/home' },
];

/** A script that has asked its first question. */
async function chatABit(page: Page): Promise<void> {
  const written = [
    ['/initial-message', 'Ana Lima'],
    ['/chat', 'bom dia, onde fica a clínica?'],
    ['/chat', 'queria marcar uma consulta com o cardiologista'],
    ['/chat', 'Ana Lima'],
  ];
  await page.evaluate(async (messages) => {
    for (const [path = '', message] of messages)
      await fetch(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ message }),
      });
  }, written);
  await page.reload();
  await page.getByRole('log').waitFor();
}
