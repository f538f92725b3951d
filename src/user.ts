import { mkdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import dotenv from 'dotenv';
import { loadClinics } from './agent/clinic-loader.ts';
import type { ClinicVersionStore } from './agent/clinic-version-store.ts';
import { type Config, checkSettings } from './config.ts';
import { createPassword, hashPassword, passwordTrouble } from './console/password.ts';
import { roles } from './console/roles.ts';
import { readPassword } from './console/terminal-password.ts';
import { addUser, changeUser, type UserWish } from './console/user-changes.ts';
import { loginOf, loginShape, type User } from './console/user-record.ts';
import type { UserStore } from './console/user-store.ts';
import { createClock } from './platform/clock.ts';
import { CodedError } from './platform/errors.ts';
import { createId } from './platform/id.ts';
import { createLog } from './platform/log.ts';
import { openFileClinicVersionStore } from './storage/file-clinic-version-store.ts';
import { openFileUserStore } from './storage/file-user-store.ts';
import { createPostgresClinicVersionStore } from './storage/postgres-clinic-version-store.ts';
import { openDatabase } from './storage/postgres-database.ts';
import { createPostgresUserStore } from './storage/postgres-user-store.ts';

const usage = `uso:
  npm run user -- add <usuário> --name <nome> --role <perfil> [--clinic <id>]… [--one-time]
  npm run user -- password <usuário> [--one-time]
  npm run user -- disable <usuário>
  npm run user -- enable <usuário>
  npm run user -- list
perfis: ${roles.join(', ')}. Sem --clinic: todas as clínicas.
A senha é pedida no terminal, ou lida da entrada padrão. Com --one-time é sorteada, mostrada aqui e trocada na primeira entrada.`;

/** What went to which stream, and whether it was done. */
interface Outcome {
  text: string;
  isGood: boolean;
}

const refused = (text: string): Outcome => ({ text, isGood: false });
const done = (text: string): Outcome => ({ text, isGood: true });

type Given = NonNullable<ReturnType<typeof argumentsIn>>['values'];

interface Parts {
  users: UserStore;
  /** Nothing when the clinics cannot be read. */
  clinicIds: readonly string[] | undefined;
}

async function run(args: string[], parts: Parts, nowMs: number): Promise<Outcome> {
  const { users } = parts;
  const given = argumentsIn(args);
  const [command = '', typed, ...rest] = given?.positionals ?? [];
  const at = new Date(nowMs).toISOString();
  if (!given || rest.length > 0) return refused(usage);
  if (command === 'list' && typed === undefined)
    return done((await users.list()).map(lineOf).join('\n'));
  const login = loginOf(typed ?? '');
  if (!loginShape.test(login)) return refused(usage);
  if (command === 'add') return add(login, given.values, parts, at);
  const known = await users.findByLogin(login);
  if (!known) return refused(`Não existe o usuário ${login}.`);
  if (command === 'disable') return change(known, 'user.disable', { isDisabled: true }, users, at);
  if (command === 'enable') return change(known, 'user.enable', { isDisabled: false }, users, at);
  if (command !== 'password') return refused(usage);
  const made = await passwordFor(login, given.values, at);
  if ('trouble' in made) return refused(made.trouble);
  const outcome = await change(
    known,
    'user.password-reset',
    { password: made.password },
    users,
    at,
  );
  return outcome.isGood ? done(`${outcome.text}${made.note}`) : outcome;
}

async function add(
  login: string,
  given: Given,
  { users, clinicIds }: Parts,
  at: string,
): Promise<Outcome> {
  const role = roles.find((one) => one === given.role);
  const name = given.name?.trim() ?? '';
  if (!role || !/^[^\p{C}]{1,120}$/u.test(name)) return refused(usage);
  const strange = (given.clinic ?? []).filter((one) => clinicIds?.includes(one) === false);
  if (strange.length > 0)
    return refused(`Não existe a clínica ${strange.join(', ')}. Há: ${clinicIds?.join(', ')}.`);
  const made = await passwordFor(login, given, at);
  if ('trouble' in made) return refused(made.trouble);
  const id = createId();
  const clinics = given.clinic ?? ('all' as const);
  const user: User = {
    id,
    login,
    name,
    role,
    clinics,
    password: made.password,
    createdAt: at,
    epoch: 0,
  };
  const { outcome } = await users.change((all) => {
    const change = addUser(all, user);
    return change.put ? { ...change, note: noteOf('user.create', id, at) } : change;
  });
  if (outcome === 'login-taken') return refused(`Já existe o usuário ${login}.`);
  if (outcome === 'too-many-users') return refused('Não cabem mais usuários.');
  return done(`Usuário ${login} criado (${role}).${made.note}`);
}

async function change(
  { id, login }: User,
  action: string,
  wish: UserWish,
  users: UserStore,
  at: string,
): Promise<Outcome> {
  const { outcome } = await users.change((all) => {
    const changed = changeUser(all, id, wish, at);
    return changed.put ? { ...changed, note: noteOf(action, id, at) } : changed;
  });
  if (outcome === 'last-admin')
    return refused(`${login} é a última pessoa que administra todas as clínicas.`);
  if (outcome === 'not-found') return refused(`Não existe o usuário ${login}.`);
  return done(
    `Feito: ${login}. Vale a partir do próximo pedido; quem estava dentro precisa entrar de novo.`,
  );
}

async function passwordFor(
  login: string,
  given: Given,
  at: string,
): Promise<{ password: User['password']; note: string } | { trouble: string }> {
  const isOneTime = given['one-time'] ?? false;
  const typed = isOneTime ? createPassword() : await readPassword();
  if (typed === undefined) return { trouble: 'As duas senhas não são iguais; nada mudou.' };
  const trouble = passwordTrouble(typed, login);
  if (trouble !== undefined) return { trouble };
  const origin = isOneTime ? ('one-time' as const) : ('chosen' as const);
  const note = isOneTime
    ? `\nSenha para a primeira entrada (não será mostrada outra vez): ${typed}`
    : '';
  return { password: { hash: await hashPassword(typed), origin, changedAt: at }, note };
}

function noteOf(action: string, object: string, at: string) {
  return { id: createId(), at, action, object, by: userInfo().username };
}

function lineOf({ login, name, role, clinics, disabledAt, password }: User): string {
  const where = clinics === 'all' ? 'todas as clínicas' : clinics.join(' ');
  const state = disabledAt === undefined ? 'ativo' : 'desativado';
  const note = password.origin === 'chosen' ? '' : '  senha provisória';
  return `${login}  ${name}  ${role}  ${where}  ${state}${note}`;
}

/** Nothing when there is an option that we do not know. */
function argumentsIn(args: string[]) {
  try {
    const options = {
      name: { type: 'string' },
      role: { type: 'string' },
      clinic: { type: 'string', multiple: true },
      'one-time': { type: 'boolean' },
    } as const;
    return parseArgs({ args, options, allowPositionals: true });
  } catch {
    return undefined;
  }
}

/** Where the server has them. */
async function openUsers(
  config: Config,
): Promise<{ users: UserStore; versions: ClinicVersionStore; close(): Promise<void> }> {
  const { DATABASE_URL: url, DATA_DIR } = config;
  if (url) {
    const database = await openDatabase({ url, log: createLog('silent') });
    return {
      users: createPostgresUserStore({ database }),
      versions: createPostgresClinicVersionStore({ database }),
      close: () => database.close(),
    };
  }
  const directory = join(DATA_DIR, 'users');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const users = await openFileUserStore({ directory });
  const versions = openFileClinicVersionStore({ directory: join(DATA_DIR, 'clinics') });
  return { users, versions, close: () => users.close() };
}

async function main(): Promise<Outcome> {
  const { config } = checkSettings(process.env);
  if (config.STORAGE === 'memory' && !config.DATABASE_URL)
    return refused(
      'Com STORAGE=memory nada é guardado: os usuários são feitos pelo próprio servidor.',
    );
  const { users, versions, close } = await openUsers(config);
  try {
    const shipped = await loadClinics(config.CLINICS_DIR).catch(() => undefined);
    // Those that were added in the console have no file in the folder.
    const clinicIds = shipped && [
      ...new Set([...shipped.map(({ id }) => id), ...(await versions.clinics())]),
    ];
    return await run(process.argv.slice(2), { users, clinicIds }, createClock().wallMs());
  } finally {
    await close();
  }
}

dotenv.config({ quiet: true });
const { text, isGood } = await main().catch((error: unknown) => {
  if (error instanceof CodedError) return refused(`${error.code}: ${error.message}`);
  throw error;
});
(isGood ? console.log : console.error)(text);
if (!isGood) process.exitCode = 1;
