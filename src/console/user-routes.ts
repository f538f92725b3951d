import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Clock } from '../platform/clock.ts';
import { createId } from '../platform/id.ts';
import { problem } from '../platform/problem.ts';
import type { AuditEntry, ConsoleAccess } from './console-access.ts';
import { createPassword, hashPassword } from './password.ts';
import { roles } from './roles.ts';
import type { Sessions } from './sessions.ts';
import { addUser, changeUser, isWithin, type UserAnswer, type UserWish } from './user-changes.ts';
import { loginOf, loginShape, type User } from './user-record.ts';
import type { UserStore } from './user-store.ts';
import type { NewPasswordView, UserListView, UserView } from './user-view.ts';

export interface UserRouteParts {
  access: ConsoleAccess;
  users: UserStore;
  sessions: Pick<Sessions, 'endOf'>;
  clinics: () => readonly { id: string }[];
  clock: Clock;
}

const name = z
  .string()
  .trim()
  .regex(/^[^\p{C}]{1,120}$/u, 'Informe um nome com até 120 caracteres.');
const role = z.enum(roles, `Informe o perfil: ${roles.join(', ')}.`);
const clinicList = z.union(
  [z.literal('all'), z.array(z.string().max(100)).min(1).max(1_000)],
  'Informe as clínicas: "all" ou uma lista com pelo menos uma.',
);
const newUserBody = z.strictObject({
  login: z
    .string()
    .transform(loginOf)
    .refine(
      (login) => loginShape.test(login),
      'Informe um usuário ou e-mail com letras sem acento, números e . _ - + @.',
    ),
  name,
  role,
  clinics: clinicList,
});
const changeBody = z
  .strictObject({ name, role, clinics: clinicList, isDisabled: z.boolean() })
  .partial();

type Ids = { Params: { id: string } };

/** Who may sign in, for administrators; auditors read. Whoever sees some clinics only meets nobody who sees others. */
export function userRoutes(server: FastifyInstance, parts: UserRouteParts): void {
  const { access, users, sessions, clinics, clock } = parts;
  const path = '/console/api/users';
  const reading = { onRequest: access.only('admin', 'auditor') };
  const writing = { onRequest: access.only('admin') };
  const now = () => new Date(clock.wallMs()).toISOString();
  const isKnown = (wanted: 'all' | string[] | undefined) =>
    wanted === undefined ||
    wanted === 'all' ||
    wanted.every((id) => clinics().some((clinic) => clinic.id === id));
  const meets = (request: object, user: User) =>
    isWithin(user.clinics, access.who(request).clinics);

  server.get(path, reading, async (request): Promise<UserListView> => {
    const everybody = await users.list();
    return { users: everybody.filter((one) => meets(request, one)).map(viewOf) };
  });

  server.post(path, writing, async (request, reply) => {
    const { data: wish, error } = newUserBody.safeParse(request.body);
    if (!wish) return refuseInvalid(reply, error);
    if (!isKnown(wish.clinics)) return refuseClinic(reply);
    if (!isWithin(wish.clinics, access.who(request).clinics)) return refuseClinic(reply);
    const password = createPassword();
    const at = now();
    const user: User = {
      ...wish,
      id: createId(),
      password: { hash: await hashPassword(password), origin: 'one-time', changedAt: at },
      createdAt: at,
      epoch: 0,
    };
    const tried = addUser(await users.list(), user).answer;
    if (tried.outcome !== 'created') return refuseConflict(reply, tried.outcome);
    const detail = { login: user.login, role: user.role, clinics: String(user.clinics) };
    await access.audit(request, { action: 'user.create', object: user.id, detail });
    const made = await users.change((all) => addUser(all, user));
    if (made.outcome !== 'created') return refuseConflict(reply, made.outcome);
    return reply.code(201).send({ user: viewOf(user), password } satisfies NewPasswordView);
  });

  /** Tries it on what is there, writes down that it will be done, does it. */
  async function change(request: object, id: string, wish: UserWish, entry: AuditEntry) {
    const at = now();
    const before = await users.find(id);
    if (!before || !meets(request, before)) return { outcome: 'not-found' as const };
    const tried = changeUser(await users.list(), id, wish, at).answer;
    if (tried.outcome !== 'changed') return tried;
    await access.audit(request, { ...entry, object: id });
    const answer = await users.change((all) => changeUser(all, id, wish, at));
    if (answer.outcome === 'changed' && answer.endsSessions) await sessions.endOf(id);
    return answer;
  }

  server.patch<Ids>(`${path}/:id`, writing, async (request, reply) => {
    const { data: wish, error } = changeBody.safeParse(request.body);
    if (!wish) return refuseInvalid(reply, error);
    const isAllowed = isWithin(wish.clinics ?? [], access.who(request).clinics);
    if (!isKnown(wish.clinics) || !isAllowed) return refuseClinic(reply);
    const entry = { action: 'user.change', detail: detailOf(wish) };
    const answer = await change(request, request.params.id, wish, entry);
    if (answer.outcome !== 'changed') return refuseChange(reply, answer.outcome);
    return { user: viewOf(answer.user) };
  });

  server.post<Ids>(`${path}/:id/password`, writing, async (request, reply) => {
    const password = createPassword();
    const hash = await hashPassword(password);
    const wish = { password: { hash, origin: 'one-time' as const, changedAt: now() } };
    const entry = { action: 'user.password-reset' };
    const answer = await change(request, request.params.id, wish, entry);
    if (answer.outcome !== 'changed') return refuseChange(reply, answer.outcome);
    return { user: viewOf(answer.user), password } satisfies NewPasswordView;
  });
}

function viewOf({
  id,
  login,
  name: fullName,
  role: own,
  clinics,
  password,
  ...rest
}: User): UserView {
  return {
    id,
    login,
    name: fullName,
    role: own,
    clinics,
    isDisabled: rest.disabledAt !== undefined,
    hasOneTimePassword: password.origin !== 'chosen',
    createdAt: rest.createdAt,
    passwordChangedAt: password.changedAt,
  };
}

function detailOf({ role: own, clinics, isDisabled, name: fullName }: UserWish) {
  return {
    ...(own === undefined ? {} : { role: own }),
    ...(clinics === undefined ? {} : { clinics: String(clinics) }),
    ...(isDisabled === undefined ? {} : { isDisabled }),
    ...(fullName === undefined ? {} : { renamed: true }),
  };
}

function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply.code(status).type('application/json').send(problem(code, message));
}

function refuseInvalid(reply: FastifyReply, error: z.ZodError | undefined): FastifyReply {
  const [issue] = error?.issues ?? [];
  const isOurs = issue && issue.code !== 'unrecognized_keys' && issue.path.length > 0;
  const message = isOurs ? issue.message : 'O pedido não pôde ser lido.';
  return refuse(reply, 400, 'invalid-request', message);
}

/** A clinic that the administrator does not see is answered like one that does not exist. */
function refuseClinic(reply: FastifyReply): FastifyReply {
  return refuse(reply, 400, 'unknown-clinic', 'Uma das clínicas não existe.');
}

function refuseConflict(reply: FastifyReply, code: 'login-taken' | 'too-many-users'): FastifyReply {
  const message =
    code === 'login-taken'
      ? 'Já existe alguém com este usuário.'
      : 'Não cabem mais usuários. Desative quem não trabalha mais aqui.';
  return refuse(reply, 409, code, message);
}

function refuseChange(
  reply: FastifyReply,
  code: Exclude<UserAnswer['outcome'], 'changed'>,
): FastifyReply {
  if (code === 'not-found')
    return refuse(reply, 404, code, 'Não há ninguém com este identificador.');
  const message =
    'É a última pessoa que administra todas as clínicas. Dê este perfil a mais alguém antes.';
  return refuse(reply, 409, code, message);
}
