import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import dotenv from 'dotenv';
import {
  type ApiKeyEntry,
  type ApiScope,
  apiScopes,
  createApiKey,
  parseApiKeys,
  writeApiKeys,
} from './call/api-keys.ts';
import { checkSettings } from './config.ts';
import { createClock } from './platform/clock.ts';
import { hasCode } from './platform/errors.ts';
import { replaceFile } from './storage/file-commit.ts';

const usage = `uso:
  npm run api-key -- create --name <nome> --scope <escopo> [--scope <escopo>]
  npm run api-key -- list
  npm run api-key -- revoke <id>
escopos: ${apiScopes.join(', ')}`;

/** What went to which stream, and whether it was done. */
interface Outcome {
  text: string;
  isGood: boolean;
}

const refused = (text: string): Outcome => ({ text, isGood: false });
const done = (text: string): Outcome => ({ text, isGood: true });

async function run(args: string[], path: string, nowMs: number): Promise<Outcome> {
  const given = argumentsIn(args);
  const [command, ...rest] = given?.positionals ?? [];
  const keys = await keysIn(path);
  if (!keys) return refused(`${path} não pode ser lido; corrija-o ou restaure uma cópia.`);
  if (command === 'list' && rest.length === 0) return done(keys.map(lineOf).join('\n'));
  if (command === 'revoke' && rest.length === 1) return revoke(rest[0] ?? '', keys, path, nowMs);
  const { name = '', scope = [] } = given?.values ?? {};
  const scopes = apiScopes.filter((one) => scope.includes(one));
  const isUsable =
    command === 'create' && rest.length === 0 && name.trim() !== '' && name.length <= 100;
  const isKnown = scopes.length > 0 && scope.every((one) => scopes.includes(one as ApiScope));
  if (!isUsable || !isKnown) return refused(usage);
  const { key, entry } = createApiKey(name.trim(), scopes, nowMs);
  await replaceFile(path, writeApiKeys([...keys, entry]));
  return done(`Guarde esta chave agora; ela não será mostrada outra vez:\n${key}\nid: ${entry.id}`);
}

async function revoke(
  id: string,
  keys: readonly ApiKeyEntry[],
  path: string,
  nowMs: number,
): Promise<Outcome> {
  if (!keys.some((one) => one.id === id)) return refused(`Não existe chave com o id ${id}.`);
  const revokedAt = new Date(nowMs).toISOString();
  const after = keys.map((one) => (one.id === id ? { revokedAt, ...one } : one));
  await replaceFile(path, writeApiKeys(after));
  return done('Chave revogada. Vale a partir do próximo pedido.');
}

async function keysIn(path: string): Promise<ApiKeyEntry[] | undefined> {
  try {
    return parseApiKeys(await readFile(path, 'utf8'));
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) return undefined;
    await mkdir(dirname(path), { recursive: true });
    return [];
  }
}

function lineOf({ id, name, scopes, createdAt, revokedAt }: ApiKeyEntry): string {
  const state = revokedAt === undefined ? 'ativa' : `revogada em ${revokedAt}`;
  return [id, name, scopes.join(' '), `criada em ${createdAt}`, state].join('  ');
}

/** Nothing when there is an option that we do not know. */
function argumentsIn(args: string[]) {
  try {
    const options = {
      name: { type: 'string' },
      scope: { type: 'string', multiple: true },
    } as const;
    return parseArgs({ args, options, allowPositionals: true });
  } catch {
    return undefined;
  }
}

dotenv.config({ quiet: true });
const { config } = checkSettings(process.env);
const path = join(config.DATA_DIR, 'api-keys.json');
const { text, isGood } = await run(process.argv.slice(2), path, createClock().wallMs());
(isGood ? console.log : console.error)(text);
if (!isGood) process.exitCode = 1;
