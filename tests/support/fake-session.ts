import type { Browser, Page } from 'playwright-core';
import { pageRoutes } from '../../src/console/page-routes.ts';
import type { SessionView, SignInRequest } from '../../src/console/session-view.ts';
import { createLog } from '../../src/platform/log.ts';
import { answerProblems, problem } from '../../src/platform/problem.ts';
import { buildPages } from '../../src/web-build.ts';
import { createServer } from '../../src/web-server.ts';
import { type Opened, openContext } from './browser.ts';

const person: SessionView = {
  userId: 'u',
  login: 'ana',
  name: 'Ana Reis',
  role: 'admin',
  clinics: [
    { id: 'aurora', name: 'Clínica Aurora', timeZone: 'America/Fortaleza' },
    { id: 'estrategia', name: 'Estratégia Investimentos', timeZone: 'America/Sao_Paulo' },
  ],
  mustChangePassword: false,
  idleMs: 900_000,
  endsAt: '2030-01-01T00:00:00Z',
};

/** Answers sign-in by what is typed: the passwords `right` and `locked`, and the login `nova` whose password was given. */
export interface FakeSession {
  url: string;
  expire(): void;
  close(): Promise<void>;
}

async function startFakeSession(): Promise<FakeSession> {
  const server = createServer();
  answerProblems(server, createLog('silent', { write: () => {} }));
  const { directory } = await buildPages();
  await pageRoutes(server, { directory });
  let now: SessionView | undefined;
  const path = '/console/api/session';
  server.get(
    path,
    async (_request, reply) => now ?? reply.code(401).send(problem('out', 'Entre.')),
  );
  server.post<{ Body: SignInRequest }>(path, async ({ body }, reply) => {
    if (body.password === 'locked')
      return reply.code(429).header('retry-after', '90').send(problem('too-many-attempts', 'Não.'));
    if (body.password !== 'right') return reply.code(401).send(problem('sign-in-failed', 'Não.'));
    now = { ...person, mustChangePassword: body.login === 'nova' };
    return now;
  });
  server.post(`${path}/password`, async () => {
    now = { ...person };
    return now;
  });
  server.delete(path, async (_request, reply) => {
    now = undefined;
    return reply.code(204).send();
  });
  return {
    url: await server.listen({ host: '127.0.0.1', port: 0 }),
    expire: () => {
      now = undefined;
    },
    close: () => server.close(),
  };
}

interface FakeConsole {
  page: Page;
  fake: FakeSession;
  /** Types and presses, and waits for nothing. */
  signIn(login: string, password: string): Promise<void>;
}

/** A fresh window at the sign-in page. */
export async function openFakeConsole(browser: Browser): Promise<Opened<FakeConsole>> {
  const fake = await startFakeSession();
  const context = await openContext(browser);
  const page = await context.newPage();
  await page.goto(`${fake.url}/console/`);
  const signIn = async (login: string, password: string) => {
    await page.getByLabel('Usuário').fill(login);
    await page.getByLabel('Senha', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Entrar' }).click();
  };
  return {
    parts: { page, fake, signIn },
    page,
    async close() {
      await context.close();
      await fake.close();
    },
  };
}
