import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import dotenv from 'dotenv';
import { type Config, checkSettings } from './config.ts';
import { createChainCheck } from './console/audit-chain.ts';
import type { AuditHead } from './console/audit-record.ts';
import { CodedError } from './platform/errors.ts';
import { createLog } from './platform/log.ts';
import { type TrailVerdict, verifyTrail } from './storage/audit-verification.ts';
import { verifyDatabaseTrail } from './storage/postgres-audit-verification.ts';
import { openDatabase } from './storage/postgres-database.ts';

const usage = `uso: npm run audit -- verify [--head <número>:<hash>] [--files]
  --head   uma marca guardada fora deste computador (no log: auditSeq e auditHash)
  --files  com DATABASE_URL: a trilha que ficou nos arquivos deste computador`;

/** What went to which stream, and whether the trail is whole. */
interface Outcome {
  text: string;
  isGood: boolean;
}

type Verify = (heads: readonly AuditHead[]) => Promise<Outcome>;

async function run(args: string[], config: Config): Promise<Outcome> {
  const given = argumentsIn(args);
  const heads = (given?.values.head ?? []).map(headOf);
  const isUsable = given?.positionals.join(' ') === 'verify' && heads.every(Boolean);
  if (!isUsable) return { text: usage, isGood: false };
  const { DATABASE_URL: url, DATA_DIR } = config;
  const verify: Verify =
    url && !given.values.files
      ? (own) => verifyDatabase(url, join(DATA_DIR, 'audit-database'), own)
      : (own) => verifyFiles(join(DATA_DIR, 'audit'), own);
  return verify(heads.filter((head) => head !== undefined));
}

async function verifyFiles(directory: string, own: readonly AuditHead[]): Promise<Outcome> {
  const isThere = await stat(directory).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isThere) return { text: `${directory}: não há trilha de auditoria aqui.`, isGood: false };
  const verdict = await verifyTrail(directory, (known) => createChainCheck([...known, ...own]));
  return tell(verdict, `em ${verdict.files} arquivos`, (file) => join(directory, file));
}

async function verifyDatabase(
  url: string,
  headsBeside: string,
  own: readonly AuditHead[],
): Promise<Outcome> {
  const database = await openDatabase({ url, log: createLog('silent') });
  try {
    const verdict = await verifyDatabaseTrail(database, headsBeside, (known) =>
      createChainCheck([...known, ...own]),
    );
    return tell(verdict, 'no banco de dados', (table) => `banco de dados, tabela ${table}`);
  } finally {
    await database.close();
  }
}

function tell(
  { head, fault, missing, isUnfinished }: TrailVerdict,
  where: string,
  placeOf: (file: string) => string,
): Outcome {
  if (fault) {
    const place = `${placeOf(fault.file)}, linha ${fault.line}`;
    return { text: `ALTERADA: ${place}: ${fault.reason}.`, isGood: false };
  }
  if (missing !== undefined) return { text: `INCOMPLETA: ${missing}.`, isGood: false };
  const torn = isUnfinished
    ? '\nA última linha está incompleta: está sendo escrita agora, ou o processo morreu ao escrevê-la. Ela nunca foi confirmada.'
    : '';
  const text = `Íntegra: ${head.seq} linhas ${where}. Última: ${head.seq}:${head.hash}${torn}`;
  return { text, isGood: true };
}

function headOf(text: string): AuditHead | undefined {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  return seq === undefined || hash === undefined ? undefined : { seq: Number(seq), hash };
}

/** Nothing when there is an option that we do not know. */
function argumentsIn(args: string[]) {
  try {
    const options = {
      head: { type: 'string', multiple: true },
      files: { type: 'boolean' },
    } as const;
    return parseArgs({ args, options, allowPositionals: true });
  } catch {
    return undefined;
  }
}

dotenv.config({ quiet: true });
const { config } = checkSettings(process.env);
const { text, isGood } = await run(process.argv.slice(2), config).catch((error: unknown) => {
  if (error instanceof CodedError)
    return { text: `${error.code}: ${error.message}`, isGood: false };
  throw error;
});
(isGood ? console.log : console.error)(text);
if (!isGood) process.exitCode = 1;
