import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { App } from '../../src/app.ts';
import type { AuditEntry, ConsoleAccess, SignedIn } from '../../src/console/console-access.ts';
import { hashPassword } from '../../src/console/password.ts';
import type { Role } from '../../src/console/roles.ts';
import { createId } from '../../src/platform/id.ts';
import { problem } from '../../src/platform/problem.ts';
import { openFileUserStore } from '../../src/storage/file-user-store.ts';

/** `ConsoleAccess` without passwords: whoever `person` is, is signed in. */
export interface FakeAccess extends ConsoleAccess {
  /** Undefined: nobody is signed in. */
  person: SignedIn | undefined;
  /** What was written down, in order. */
  entries: AuditEntry[];
  /** Makes the trail fail: then nothing may be shown or done. */
  isTrailBroken: boolean;
  /** As if everybody had just been signed out: streams must end. */
  signOutStreams(): void;
}

export function createFakeAccess(
  role: Role = 'admin',
  clinics: SignedIn['clinics'] = 'all',
): FakeAccess {
  const streams = new Set<() => void>();
  const fake: FakeAccess = {
    person: { userId: createId(), name: 'Ana Recepção', role, clinics },
    entries: [],
    isTrailBroken: false,
    only:
      (...allowed) =>
      async (_request, reply) => {
        if (!fake.person) return reply.code(401).send(problem('not-signed-in', 'Entre.'));
        if (allowed.length > 0 && !allowed.includes(fake.person.role))
          return reply.code(403).send(problem('not-allowed', 'Seu perfil não permite isto.'));
      },
    who() {
      if (!fake.person) throw new Error('nobody is signed in');
      return fake.person;
    },
    sees: (_request, clinicId) =>
      fake.person?.clinics === 'all' || (fake.person?.clinics.includes(clinicId) ?? false),
    async audit(_request, entry) {
      if (fake.isTrailBroken) throw Object.assign(new Error('no trail'), { statusCode: 503 });
      fake.entries.push(entry);
    },
    whenOver(_request, over) {
      streams.add(over);
      return () => streams.delete(over);
    },
    signOutStreams() {
      for (const over of [...streams]) over();
      streams.clear();
    },
  };
  return fake;
}

/** Somebody signed in at the real server. */
export interface SignedInPerson {
  userId: string;
  login: string;
  password: string;
  /** For a `Cookie` header: `name=token`. */
  cookie: string;
  /** As the console's own page asks: with the cookie and the header of writes. @param path from `/` */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

export const testPassword = 'quatro-palavras-sem-sentido';

/** A new person, made as `npm run user` makes one, who signs in. @param stage whose STORAGE is files, in `directory/data` */
export async function signIn(
  stage: { app: Pick<App, 'server'>; directory: string },
  role: Role,
  clinics: 'all' | string[] = 'all',
): Promise<SignedInPerson> {
  const user = await addPerson(stage.directory, role, clinics);
  const url = stage.app.server.listeningOrigin;
  const answer = await fetch(`${url}/console/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-alo-console': '1' },
    body: JSON.stringify({ login: user.login, password: testPassword }),
  });
  if (!answer.ok) throw new Error(`not signed in: ${answer.status} ${await answer.text()}`);
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  return {
    userId: user.id,
    login: user.login,
    password: testPassword,
    cookie,
    fetch(path, init = {}) {
      const headers = new Headers(init.headers);
      headers.set('cookie', cookie);
      headers.set('x-alo-console', '1');
      if (init.body !== undefined && !headers.has('content-type'))
        headers.set('content-type', 'application/json');
      return fetch(`${url}${path}`, { redirect: 'manual', ...init, headers });
    },
  };
}

/** @returns the person, whose password is `testPassword` */
export async function addPerson(
  directory: string,
  role: Role,
  clinics: 'all' | string[] = 'all',
  login = `${role}.${createId().slice(0, 8)}`,
  origin: 'chosen' | 'one-time' = 'chosen',
) {
  const usersDirectory = join(directory, 'data', 'users');
  await mkdir(usersDirectory, { recursive: true });
  const store = await openFileUserStore({ directory: usersDirectory });
  const now = new Date().toISOString();
  const password = {
    hash: await hashPassword(testPassword),
    origin,
    changedAt: now,
  };
  const id = createId();
  const user = {
    id,
    login,
    name: `Ana ${role}`,
    role,
    clinics,
    password,
    createdAt: now,
    epoch: 0,
  };
  await store.change(() => ({ put: [user], answer: undefined }));
  return user;
}
