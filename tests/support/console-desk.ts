import fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import { auditRoutes } from '../../src/console/audit-routes.ts';
import type { AuditTrail } from '../../src/console/audit-store.ts';
import { browserReportRoutes } from '../../src/console/browser-report-routes.ts';
import { type ConsoleGate, createConsoleGate } from '../../src/console/console-gate.ts';
import { hashPassword } from '../../src/console/password.ts';
import type { Role } from '../../src/console/roles.ts';
import { sessionRoutes } from '../../src/console/session-routes.ts';
import type { SessionStore } from '../../src/console/session-store.ts';
import { createSessions } from '../../src/console/sessions.ts';
import { createSignIn } from '../../src/console/sign-in.ts';
import type { User } from '../../src/console/user-record.ts';
import { userRoutes } from '../../src/console/user-routes.ts';
import type { UserStore } from '../../src/console/user-store.ts';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { answerProblems } from '../../src/platform/problem.ts';
import { createMemoryAuditTrail } from '../../src/storage/memory-audit-trail.ts';
import { createMemorySessionStore } from '../../src/storage/memory-session-store.ts';
import { createMemoryUserStore } from '../../src/storage/memory-user-store.ts';

export const page = { 'x-alo-console': '1' };
const clinics = ['aurora', 'bela'].map((id) => ({ id, name: id, timeZone: 'America/Fortaleza' }));

/** The sign-in, users and trail of the console with a clock that is set by hand and no sockets. */
export interface ConsoleDesk {
  server: FastifyInstance;
  gate: ConsoleGate;
  users: UserStore;
  sessions: SessionStore;
  trail: AuditTrail;
  clock: { nowMs: number };
  /** How long answers were made to wait, ms. */
  pauses: number[];
  add(login: string, role?: Role, more?: Partial<User>): Promise<User>;
  /** Types a login and a password. */
  enter(
    login: string,
    typed?: string,
    more?: { ip?: string; cookie?: string },
  ): Promise<LightMyRequestResponse>;
  /** Signed in as somebody: asks with their cookie. */
  as(login: string): Promise<Person>;
}

export interface Person {
  cookie: string;
  ask(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    body?: object,
    headers?: Record<string, string>,
  ): Promise<LightMyRequestResponse>;
}

/** Everybody's, so that it is hashed once. */
export const deskPassword = 'quatro-palavras-sem-sentido';

export async function openConsoleDesk(
  options: { publicUrl?: string; isSandbox?: boolean } = {},
): Promise<ConsoleDesk> {
  const { publicUrl = 'https://voz.exemplo.com.br', isSandbox = false } = options;
  const log = createLog('silent');
  const now = { nowMs: Date.parse('2026-11-23T12:00:00Z') };
  const clock = { wallMs: () => now.nowMs, monotonicMs: () => now.nowMs };
  const users = createMemoryUserStore();
  const store = createMemorySessionStore();
  const trail = createMemoryAuditTrail();
  const rules = { idleMs: 900_000, longestMs: 8 * 3_600_000, isSandbox };
  const sessions = createSessions({ store, users, clock, rules });
  const gate = createConsoleGate({ sessions, trail, publicUrl: () => publicUrl, clock, log });
  const pauses: number[] = [];
  const pause = async (ms: number) => pauses.push(ms);
  const signIn = createSignIn({ users, sessions, trail, rules, clock, pause });
  const server = fastify({ trustProxy: ['loopback'] });
  answerProblems(server, log);
  browserReportRoutes(server, { publicUrl: () => publicUrl, log, metrics: createMetrics() });
  sessionRoutes(server, { gate, signIn, sessions, rules, clinics: () => clinics });
  userRoutes(server, { access: gate, users, sessions, clinics: () => clinics, clock });
  auditRoutes(server, { access: gate, trail });
  const hash = await hashPassword(deskPassword);
  server.addHook('onClose', async () => sessions.stop());

  const desk: ConsoleDesk = {
    server,
    gate,
    users,
    sessions: store,
    trail,
    clock: now,
    pauses,
    async add(login, role = 'staff', more = {}) {
      const at = new Date(now.nowMs).toISOString();
      const password = { hash, origin: 'chosen' as const, changedAt: at };
      const user: User = {
        id: createId(),
        login,
        name: login,
        role,
        clinics: 'all',
        password,
        createdAt: at,
        epoch: 0,
        ...more,
      };
      await users.change(() => ({ put: [user], answer: undefined }));
      return user;
    },
    enter: (login, typed = deskPassword, { ip = '203.0.113.7', cookie } = {}) =>
      server.inject({
        method: 'POST',
        url: '/console/api/session',
        headers: { ...page, 'x-forwarded-for': ip, ...(cookie ? { cookie } : {}) },
        payload: { login, password: typed },
      }),
    async as(login) {
      const entered = await desk.enter(login);
      if (entered.statusCode !== 200) throw new Error(`${login}: ${entered.body}`);
      const cookie = String(entered.headers['set-cookie']).split(';')[0] ?? '';
      return {
        cookie,
        ask: (method, url, body, headers = {}) =>
          server.inject({
            method,
            url,
            headers: { ...page, cookie, ...headers },
            ...(body ? { payload: body } : {}),
          }),
      };
    },
  };
  return desk;
}
