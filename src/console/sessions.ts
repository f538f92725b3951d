import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import type { Session, SessionStore } from './session-store.ts';
import type { User } from './user-record.ts';
import type { UserStore } from './user-store.ts';

/** A new moment of use is written when the last one is this old, ms: the idle limit is minutes. */
const touchEveryMs = 10_000;
/** How often sessions that are over are forgotten, ms. They are not let in before that either. */
const forgetEveryMs = 10 * 60_000;

export interface SessionRules {
  idleMs: number;
  longestMs: number;
  /** In a live server nobody comes in by a password that the sandbox made. */
  isSandbox: boolean;
}

export interface SignedInUser {
  user: User;
  session: Session;
}

export interface Sessions {
  /** Under a new token, whatever the browser had before. Durable when it resolves. */
  begin(user: User): Promise<{ token: string; session: Session }>;
  /** Whose token this is, as long as the session lasts. @param isUse a person asked, not a page left open */
  find(token: string, isUse: boolean): Promise<SignedInUser | undefined>;
  end(token: string): Promise<void>;
  /** Those at other browsers, or all. */
  endOf(userId: string, keptKey?: string): Promise<void>;
  stop(): void;
}

/** Sessions on the server's side: a token is worth nothing without what is kept here, and ends when that does. */
export function createSessions(parts: {
  store: SessionStore;
  users: Pick<UserStore, 'find'>;
  clock: Clock;
  rules: SessionRules;
}): Sessions {
  const { store, users, clock, rules } = parts;
  const forgetting = setInterval(() => {
    const nowMs = clock.wallMs();
    const before = { startedAtMs: nowMs - rules.longestMs, usedAtMs: nowMs - rules.idleMs };
    // What could not be forgotten now is forgotten the next time; it lets nobody in.
    store.forget(before).catch(() => undefined);
  }, forgetEveryMs).unref();

  return {
    async begin(user) {
      const token = randomBytes(32).toString('base64url');
      const nowMs = clock.wallMs();
      const key = keyOf(token);
      const session = {
        key,
        userId: user.id,
        epoch: user.epoch,
        startedAtMs: nowMs,
        usedAtMs: nowMs,
      };
      await store.add(session);
      return { token, session };
    },
    async find(token, isUse) {
      const session = await store.find(keyOf(token));
      const nowMs = clock.wallMs();
      if (!session || isOver(session, nowMs, rules)) return undefined;
      const user = await users.find(session.userId);
      if (!user || !maySignIn(user, rules) || user.epoch !== session.epoch) return undefined;
      if (isUse && nowMs - session.usedAtMs >= touchEveryMs) await store.touch(session.key, nowMs);
      return { user, session };
    },
    end: (token) => store.remove(keyOf(token)),
    endOf: (userId, keptKey) => store.removeOf(userId, keptKey),
    stop: () => clearInterval(forgetting),
  };
}

export function maySignIn(user: User, { isSandbox }: Pick<SessionRules, 'isSandbox'>): boolean {
  return user.disabledAt === undefined && (isSandbox || user.password.origin !== 'sandbox');
}

/** Also when it began in the future: then the clock was changed, and nothing is known of its age. */
function isOver(session: Session, nowMs: number, { idleMs, longestMs }: SessionRules): boolean {
  const ageMs = nowMs - session.startedAtMs;
  return ageMs < 0 || ageMs >= longestMs || nowMs - session.usedAtMs >= idleMs;
}

function keyOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
