import type { Page } from 'playwright-core';
import type { ClinicView } from '../../src/console/clinic-view.ts';
import type { ConsoleServer } from '../support/browser-console.ts';
import { addPerson, type SignedInPerson } from '../support/console-access.ts';
import { newClinicForm } from '../support/new-clinic-form.ts';
import { sandboxCaller } from '../support/sandbox-caller.ts';
import { seedCalls } from '../support/seeded-calls.ts';
import { until } from '../support/stage.ts';
import { fillAgenda, fillCallLists, fillRequests, mondayAhead } from './desk-pictures.ts';
import { chatOnPage, fillConversations, withDeadJob } from './text-pictures.ts';

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

  { name: 'chat-begin', path: '/', isOutside: true },
  { name: 'chat', path: '/', isOutside: true, prepare: chatABit },

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
  {
    name: 'scripts',
    path: '/console/scripts',
    prepare: async (page) => {
      await page.locator('main form input').first().fill('queria marca uma consulta pra minha mae');
      await page.keyboard.press('Enter');
      await page.locator('.scripts-score').first().waitFor();
    },
  },
  {
    name: 'script',
    path: '/console/scripts',
    prepare: async (page) => {
      await page.locator('main .table .opener').first().click();
      await page.locator('.scripts-question').first().waitFor();
    },
  },
  {
    name: 'live',
    path: '/console/live',
    fill: alwaysACaller,
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
  {
    name: 'conversations',
    path: '/console/conversations',
    fill: fillConversations,
    prepare: async (page) => {
      await page.locator('.conversations-list a', { hasText: 'Marina Lima' }).click();
      await page.locator('.conversations-bubble.staff .read').waitFor();
    },
  },
  {
    name: 'conversation-script',
    path: '/console/conversations?channel=web-chat',
    fill: ({ url }) => chatOnPage(url, ['quero a segunda via do meu recibo', 'Ana Lima']),
    prepare: async (page) => {
      await page.locator('.conversations-list a').first().click();
      await page.locator('.conversations-questions .button').first().click();
      await page.locator('.conversations-timeline, .conversations-beside p').first().waitFor();
    },
  },
  { name: 'conversations-list', path: '/console/conversations?status=any' },
  {
    name: 'conversations-take',
    path: '/console/conversations',
    prepare: async (page) => {
      await page.locator('.conversations-list a', { hasText: 'José Carlos' }).click();
      await page.locator('article .button.main').first().click();
    },
  },
  {
    name: 'conversation-closed',
    path: '/console/conversations?status=closed',
    prepare: async (page) => {
      await page.locator('.conversations-list a', { hasText: 'Ana Beatriz' }).click();
      await page.locator('.conversations-bubble').first().waitFor();
    },
  },
  { name: 'jobs', path: '/console/jobs', files: withDeadJob },
  { name: 'softphone', path: '/console/softphone' },
  { name: 'clinics', path: '/console/clinics', fill: withOwnClinics },
  { name: 'clinic-new', path: '/console/clinics/new' },
  {
    name: 'clinic-new-wrong',
    path: '/console/clinics/new',
    prepare: async (page) => {
      await page.locator('form .button.main').click();
      await page.locator('.wrong').first().waitFor();
    },
  },
  { name: 'clinic-days', path: '/console/clinic/days', fill: withDraft },
  { name: 'clinic-prices', path: '/console/clinic/prices' },
  { name: 'clinic-text', path: '/console/clinic/text' },
  { name: 'clinic-preview', path: '/console/clinic/preview' },
  { name: 'clinic-history', path: '/console/clinic/history' },
  {
    name: 'clinic-publish',
    path: '/console/clinic/greeting',
    prepare: async (page) => {
      await page.locator('.screen-head .button.main').click();
      await page.locator('.clinic-changes').waitFor();
    },
  },
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

/** One that began in the console, and one that is out of service. */
async function withOwnClinics(_server: ConsoleServer, admin: SignedInPerson): Promise<void> {
  const path = '/console/api/clinics';
  const send = (form: object) =>
    admin.fetch(path, { method: 'POST', body: JSON.stringify({ form }) });
  await send(newClinicForm({ numbers: [] }));
  await send(newClinicForm({ id: 'porto', name: 'Clínica do Porto', numbers: [], whatsapp: '' }));
  await admin.fetch(`${path}/porto/retire`, { method: 'POST' });
}

/** A clinic that was published once and is being changed again. */
async function withDraft(_server: ConsoleServer, admin: SignedInPerson): Promise<void> {
  const path = '/console/api/clinics/aurora';
  const send = (rest: string, body: object) =>
    admin.fetch(`${path}${rest}`, { method: 'POST', body: JSON.stringify(body) });
  const { form } = (await (await admin.fetch(path)).json()) as ClinicView;
  const exceptions = [...(form?.exceptions ?? [])];
  const [price] = form?.prices ?? [];
  await send('/edit', {
    revision: 0,
    edit: { field: 'price', path: price?.path, value: 260 },
  });
  await send('/publish', { revision: 1, note: 'reajuste da cardiologia' });
  const value = [
    ...exceptions,
    {
      from: '2027-01-04',
      to: '2027-01-15',
      practitioner: 'ivan-prado',
      closed: true,
      note: 'férias',
    },
  ];
  await send('/edit', { revision: 0, edit: { field: 'exceptions', value } });
}

/** Pictures take longer than a call: whenever one is over, the next begins. */
async function alwaysACaller(server: ConsoleServer): Promise<void> {
  const { live } = server.app;
  const again = () => {
    if (live.refusal() === undefined) void sandboxCaller(server).ended.then(again);
  };
  again();
  await until(() => live.count === 1, 'a call is live');
}
