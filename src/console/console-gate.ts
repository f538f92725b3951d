import type { Clock } from '../platform/clock.ts';
import { CodedError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { problem } from '../platform/problem.ts';
import type { AuditTrail } from './audit-store.ts';
import type {
  AuditEntry,
  ConsoleAccess,
  ConsoleReply,
  ConsoleRequest,
  Role,
} from './console-access.ts';
import { consoleCookie } from './console-cookie.ts';
import { isOurs, isUse } from './request-origin.ts';
import type { Sessions, SignedInUser } from './sessions.ts';

/** How often it is looked whether the person at an open stream is still signed in, ms. */
const watchEveryMs = 15_000;
/** Characters: a reason is a sentence. A row stays far below `longestRowBytes` by it. */
const longest = { action: 60, clinicId: 100, object: 200, patient: 128, detail: 200, name: 60 };
const mostDetails = 10;

export interface ConsoleGateParts {
  sessions: Sessions;
  trail: Pick<AuditTrail, 'append'>;
  /** Our own address, known once the server listens. */
  publicUrl: () => string;
  clock: Clock;
  log: Log;
}

/** What the routes of the sign-in itself need beside `ConsoleAccess`. */
export interface ConsoleGate extends ConsoleAccess {
  /** Like `only`, and also for somebody who has to change the password first. */
  anyone: ReturnType<ConsoleAccess['only']>;
  /** 403 for what another site caused; for routes that nobody is signed in for. */
  oursOnly: ReturnType<ConsoleAccess['only']>;
  signedIn(request: object): SignedInUser;
  cookie(): ReturnType<typeof consoleCookie>;
}

/** Everything that may go wrong before a route of the console runs, in one place. */
export function createConsoleGate(parts: ConsoleGateParts): ConsoleGate {
  const { sessions, trail, publicUrl, clock, log } = parts;
  const known = new WeakMap<object, { who: SignedInUser; token: string; ip: string }>();
  const cookie = () => consoleCookie(publicUrl().startsWith('https:'));
  const signedIn = (request: object) => {
    const found = known.get(request);
    if (!found) throw new Error('a route of the console is not behind only()');
    return found;
  };

  const enter = async (request: ConsoleRequest, reply: ConsoleReply) => {
    if (!isOurs(request, publicUrl())) return refuse(reply, 403, foreignPage);
    const token = cookie().read(request.headers.cookie);
    const who = token && (await sessions.find(token, isUse(request)));
    if (!who) return refuse(reply, 401, notSignedIn);
    known.set(request, { who, token, ip: request.ip });
    return who;
  };
  const isPerson = (entered: unknown): entered is SignedInUser =>
    typeof entered === 'object' && entered !== null && 'session' in entered;

  return {
    only:
      (...allowed: Role[]) =>
      async (request, reply) => {
        const entered = await enter(request, reply);
        if (!isPerson(entered)) return entered;
        const { user } = entered;
        if (user.password.origin === 'one-time') return refuse(reply, 403, changeFirst);
        const isAllowed = allowed.length === 0 || allowed.includes(user.role);
        return isAllowed ? undefined : refuse(reply, 403, notAllowed);
      },
    anyone: async (request, reply) => {
      const entered = await enter(request, reply);
      return isPerson(entered) ? undefined : entered;
    },
    oursOnly: async (request, reply) =>
      isOurs(request, publicUrl()) ? undefined : refuse(reply, 403, foreignPage),
    who(request) {
      const { id, name, role, clinics } = signedIn(request).who.user;
      return { userId: id, name, role, clinics };
    },
    signedIn: (request) => signedIn(request).who,
    cookie,
    sees(request, clinicId) {
      const { clinics } = signedIn(request).who.user;
      return clinics === 'all' || clinics.includes(clinicId);
    },
    async audit(request, entry) {
      const { who, ip } = signedIn(request);
      const { id, login, role } = who.user;
      const at = new Date(clock.wallMs()).toISOString();
      try {
        await trail.append({ at, user: id, login, role, ip, ...cut(entry) });
      } catch (err) {
        log.error({ err, action: entry.action }, 'an audit row could not be written');
        throw unavailable(err);
      }
    },
    whenOver(request, over) {
      const { token } = signedIn(request);
      const watch = setInterval(() => {
        // A store that cannot be asked does not sign anybody out; the next request would fail anyway.
        sessions.find(token, false).then(
          (still) => {
            if (still) return;
            clearInterval(watch);
            over();
          },
          () => undefined,
        );
      }, watchEveryMs).unref();
      return () => clearInterval(watch);
    },
  };
}

const notSignedIn = problem('not-signed-in', 'Entre com seu usuário e senha.');
const notAllowed = problem('not-allowed', 'Seu perfil não permite isto. Peça a um administrador.');
const changeFirst = problem('password-change-needed', 'Troque a senha antes de continuar.');
const foreignPage = problem(
  'foreign-page',
  'Este pedido não veio de uma página deste console. Abra o console e tente de novo.',
);

function refuse(reply: ConsoleReply, status: number, body: unknown): unknown {
  return reply.code(status).send(body);
}

function cut({ detail, ...entry }: AuditEntry): AuditEntry {
  const short = { action: entry.action.slice(0, longest.action) };
  for (const name of ['clinicId', 'object', 'patient'] as const) {
    const value = entry[name];
    if (value !== undefined) Object.assign(short, { [name]: value.slice(0, longest[name]) });
  }
  if (!detail) return short;
  const facts = Object.entries(detail).slice(0, mostDetails);
  return { ...short, detail: Object.fromEntries(facts.map(cutFact)) };
}

function cutFact([name, value]: [string, string | number | boolean]) {
  const short = typeof value === 'string' ? value.slice(0, longest.detail) : value;
  return [name.slice(0, longest.name), short] as const;
}

/** Answered with 503: what cannot be written down is not shown and not done. */
function unavailable(cause: unknown): CodedError & { statusCode: number } {
  const error = new CodedError('STORE_WRITE_FAILED', 'the audit trail cannot be written', {
    cause,
  });
  return Object.assign(error, { statusCode: 503 });
}
