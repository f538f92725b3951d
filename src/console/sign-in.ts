import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../platform/clock.ts';
import { createWorkQueue } from '../platform/work-queue.ts';
import type { AuditTrail } from './audit-store.ts';
import { hashPassword, isPassword, passwordTrouble } from './password.ts';
import type { Session } from './session-store.ts';
import { maySignIn, type SessionRules, type Sessions } from './sessions.ts';
import { createSignInLimits } from './sign-in-limits.ts';
import { loginOf, type User } from './user-record.ts';
import type { UserStore } from './user-store.ts';

/** Passwords that wait to be looked at, 30 ms each, one at a time: the threads that write recordings are the same. */
const mostWaiting = 30;

export type SignInAnswer =
  | { outcome: 'signed-in'; user: User; token: string; session: Session }
  | { outcome: 'refused' }
  | { outcome: 'locked'; retryAfterS: number }
  | { outcome: 'no-users' };

export type PasswordAnswer = SignInAnswer | { outcome: 'weak'; trouble: string };

export interface SignIn {
  signIn(typed: { login: string; password: string }, ip: string): Promise<SignInAnswer>;
  /** Their own; ends their sessions everywhere, this one goes on under a new token. */
  changePassword(
    user: User,
    typed: { current: string; next: string },
    ip: string,
  ): Promise<PasswordAnswer>;
  /** Writes down that somebody left. */
  ended(user: User, ip: string): Promise<unknown>;
}

export interface SignInParts {
  users: UserStore;
  sessions: Sessions;
  trail: Pick<AuditTrail, 'append'>;
  rules: Pick<SessionRules, 'isSandbox'>;
  clock: Clock;
  /** Ms; tests need not wait. */
  pause?: (ms: number) => Promise<unknown>;
}

/** Passwords, and what becomes of those who try them. Refusals are alike, and take alike, whether anybody has this login or not. */
export function createSignIn(parts: SignInParts): SignIn {
  const { users, sessions, trail, rules, clock, pause = wait } = parts;
  const limits = createSignInLimits();
  const inTurn = createWorkQueue();
  let waiting = 0;

  const at = () => new Date(clock.wallMs()).toISOString();
  const tell = (action: string, ip: string, user?: User) =>
    trail.append({
      at: at(),
      user: user?.id ?? '',
      login: user?.login ?? '',
      role: user?.role ?? '',
      ip,
      action,
    });

  /** Whether this is the person's password; locked when there were too many wrong ones. */
  async function check(login: string, ip: string, password: string, user: User | undefined) {
    if (waiting >= mostWaiting) return { retryAfterS: 2 };
    const attempt = limits.begin(login, ip, clock.wallMs());
    if ('retryAfterS' in attempt) return attempt;
    waiting += 1;
    const isRight = await inTurn(() => isPassword(password, user?.password.hash)).finally(() => {
      waiting -= 1;
    });
    if (isRight) attempt.succeeded();
    else {
      await tell('session.refuse', ip, user);
      await pause(attempt.delayMs);
    }
    return isRight;
  }

  async function begin(user: User, ip: string, action: string): Promise<SignInAnswer> {
    await tell(action, ip, user);
    return { outcome: 'signed-in', user, ...(await sessions.begin(user)) };
  }

  return {
    ended: (user, ip) => tell('session.end', ip, user),
    async signIn(typed, ip) {
      const login = loginOf(typed.login);
      const everybody = await users.list();
      if (!everybody.some((one) => maySignIn(one, rules))) return { outcome: 'no-users' };
      const known = await users.findByLogin(login);
      const user = known && maySignIn(known, rules) ? known : undefined;
      const checked = await check(login, ip, typed.password, user);
      if (typeof checked === 'object') return { outcome: 'locked', ...checked };
      return checked && user ? begin(user, ip, 'session.begin') : { outcome: 'refused' };
    },
    async changePassword(user, { current, next }, ip) {
      const checked = await check(user.login, ip, current, user);
      if (typeof checked === 'object') return { outcome: 'locked', ...checked };
      if (!checked) return { outcome: 'refused' };
      const trouble =
        current === next ? 'A senha nova é igual à atual.' : passwordTrouble(next, user.login);
      if (trouble !== undefined) return { outcome: 'weak', trouble };
      const hash = await inTurn(() => hashPassword(next));
      await tell('user.password', ip, user);
      const changed = await users.change((all) => {
        const before = all.find(({ id }) => id === user.id);
        // Somebody reset or disabled it meanwhile: what they did stands.
        if (before?.epoch !== user.epoch) return { answer: undefined };
        const password = { hash, origin: 'chosen' as const, changedAt: at() };
        const after = { ...before, password, epoch: before.epoch + 1 };
        return { put: [after], answer: after };
      });
      if (!changed) return { outcome: 'refused' };
      await sessions.endOf(user.id);
      return begin(changed, ip, 'session.begin');
    },
  };
}
