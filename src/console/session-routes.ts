import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { problem } from '../platform/problem.ts';
import type { ConsoleGate } from './console-gate.ts';
import { longestPassword } from './password.ts';
import type { ClinicName, SessionView } from './session-view.ts';
import type { SessionRules, Sessions, SignedInUser } from './sessions.ts';
import type { PasswordAnswer, SignIn, SignInAnswer } from './sign-in.ts';

export interface SessionRouteParts {
  gate: ConsoleGate;
  signIn: SignIn;
  sessions: Sessions;
  rules: SessionRules;
  clinics: () => readonly ClinicName[];
}

const bodyLimit = 4_096;
const typedPassword = z.string().min(1).max(longestPassword);
const signInBody = z.strictObject({ login: z.string().min(1).max(200), password: typedPassword });
const passwordBody = z.strictObject({ current: typedPassword, next: z.string().max(1_000) });

/** Signing in and out, who is signed in, and one's own password. */
export function sessionRoutes(server: FastifyInstance, parts: SessionRouteParts): void {
  const { gate, signIn, rules, clinics } = parts;
  const path = '/console/api/session';
  const view = (who: SignedInUser) => sessionView(who, rules, clinics());

  server.post(path, { onRequest: gate.oursOnly, bodyLimit }, async (request, reply) => {
    const typed = signInBody.safeParse(request.body).data;
    if (!typed) return refuse(reply, 400, 'invalid-request', 'Informe usuário e senha.');
    // Whoever was signed in at this browser is not any more, whatever comes of this.
    await endHere(request, parts);
    const answer = await signIn.signIn(typed, request.ip);
    if (answer.outcome !== 'signed-in') return refuseSignIn(reply, answer);
    reply.header('set-cookie', gate.cookie().set(answer.token));
    return view(answer);
  });

  server.get(path, { onRequest: gate.anyone }, async (request) => view(gate.signedIn(request)));

  server.delete(path, { onRequest: gate.oursOnly }, async (request, reply) => {
    await endHere(request, parts);
    return reply.header('set-cookie', gate.cookie().clear()).code(204).send();
  });

  server.post(`${path}/password`, { onRequest: gate.anyone, bodyLimit }, async (request, reply) => {
    const typed = passwordBody.safeParse(request.body).data;
    if (!typed) return refuse(reply, 400, 'invalid-request', 'Informe a senha atual e a nova.');
    const { user } = gate.signedIn(request);
    const answer = await signIn.changePassword(user, typed, request.ip);
    if (answer.outcome !== 'signed-in') return refusePassword(reply, answer);
    reply.header('set-cookie', gate.cookie().set(answer.token));
    return view(answer);
  });
}

async function endHere(
  request: FastifyRequest,
  { gate, sessions, signIn }: SessionRouteParts,
): Promise<void> {
  const token = gate.cookie().read(request.headers.cookie);
  const who = token && (await sessions.find(token, false));
  if (!who) return;
  await sessions.end(token);
  await signIn.ended(who.user, request.ip);
}

function sessionView(
  { user, session }: SignedInUser,
  { idleMs, longestMs }: SessionRules,
  all: readonly ClinicName[],
): SessionView {
  const { id: userId, login, name, role, clinics } = user;
  return {
    userId,
    login,
    name,
    role,
    clinics: all.filter(({ id }) => clinics === 'all' || clinics.includes(id)),
    mustChangePassword: user.password.origin === 'one-time',
    idleMs,
    endsAt: new Date(session.startedAtMs + longestMs).toISOString(),
  };
}

type Refused<Answer> = Exclude<Answer, { outcome: 'signed-in' }>;

function refuseSignIn(reply: FastifyReply, answer: Refused<SignInAnswer>): FastifyReply {
  if (answer.outcome === 'locked') return refuseLocked(reply, answer.retryAfterS);
  if (answer.outcome === 'refused')
    return refuse(reply, 401, 'sign-in-failed', 'Usuário ou senha não conferem.');
  return refuse(
    reply,
    503,
    'no-users',
    'Ainda não há usuários. No servidor, defina ADMIN_PASSWORD e reinicie, ou rode: npm run user -- add',
  );
}

function refusePassword(reply: FastifyReply, answer: Refused<PasswordAnswer>): FastifyReply {
  if (answer.outcome === 'weak') return refuse(reply, 400, 'weak-password', answer.trouble);
  if (answer.outcome === 'locked') return refuseLocked(reply, answer.retryAfterS);
  return refuse(reply, 401, 'wrong-password', 'A senha atual não confere.');
}

function refuseLocked(reply: FastifyReply, retryAfterS: number): FastifyReply {
  const minutes = Math.ceil(retryAfterS / 60);
  const message = `Foram muitas tentativas. Espere ${minutes} min e tente de novo.`;
  return refuse(
    reply.header('retry-after', String(retryAfterS)),
    429,
    'too-many-attempts',
    message,
  );
}

function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply.code(status).type('application/json').send(problem(code, message));
}
