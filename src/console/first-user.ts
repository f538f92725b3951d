import type { Clock } from '../platform/clock.ts';
import { createId } from '../platform/id.ts';
import type { Log } from '../platform/log.ts';
import type { AuditTrail } from './audit-store.ts';
import { createPassword, hashPassword } from './password.ts';
import type { User } from './user-record.ts';
import type { UserStore } from './user-store.ts';

export const firstLogin = 'admin';

export interface FirstUser {
  login: string;
  password: string;
}

export interface FirstUserParts {
  users: UserStore;
  trail: Pick<AuditTrail, 'append'>;
  config: { adminPassword: string | undefined; isSandbox: boolean };
  clock: Clock;
  log: Log;
}

/**
 * Makes the first administrator where nobody may sign in yet: with the password of the settings, or in the sandbox, where
 * everything is played and reached from this machine only, with one made now. That one is made anew at every start until
 * somebody chooses another, and a live server never accepts it.
 * @returns the password that was made, for whoever started the server; never for a log
 */
export async function makeFirstUser(parts: FirstUserParts): Promise<FirstUser | undefined> {
  const { users, trail, config, clock, log } = parts;
  const { adminPassword, isSandbox } = config;
  if (adminPassword === undefined && !isSandbox) return undefined;
  if ((await users.list()).some(isChosen)) {
    if (adminPassword !== undefined)
      log.info({}, 'ADMIN_PASSWORD is not used: there are users already; it may be removed');
    return undefined;
  }
  const password = adminPassword ?? createPassword();
  const origin = adminPassword === undefined ? ('sandbox' as const) : ('chosen' as const);
  const hash = await hashPassword(password);
  const at = new Date(clock.wallMs()).toISOString();
  const made = await users.change((all) => {
    if (all.some(isChosen)) return { answer: undefined };
    const before = all.find(({ login }) => login === firstLogin);
    const user = firstUser(before, { hash, origin, changedAt: at });
    return { put: [user], answer: user };
  });
  if (!made) return undefined;
  const { id, login, role } = made;
  await trail.append({
    at,
    user: 'system',
    login: '',
    role: '',
    ip: '',
    action: 'user.first',
    object: id,
  });
  log.info({ role, origin }, 'the first administrator of the console was made');
  return origin === 'sandbox' ? { login, password } : undefined;
}

const isChosen = ({ password }: User) => password.origin !== 'sandbox';

function firstUser(before: User | undefined, password: User['password']): User {
  // Who is signed in with a password of the sandbox stays so when it starts again.
  if (before)
    return { ...before, password, epoch: before.epoch + (password.origin === 'chosen' ? 1 : 0) };
  return {
    id: createId(),
    login: firstLogin,
    name: 'Administração',
    role: 'admin',
    clinics: 'all',
    password,
    createdAt: password.changedAt,
    epoch: 0,
  };
}
