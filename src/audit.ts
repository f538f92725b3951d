import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import dotenv from 'dotenv';
import { checkSettings } from './config.ts';
import { createChainCheck } from './console/audit-chain.ts';
import type { AuditHead } from './console/audit-record.ts';
import { type TrailVerdict, verifyTrail } from './storage/audit-verification.ts';

const usage = `uso: npm run audit -- verify [--head <número>:<hash>]
  --head  uma marca guardada fora deste computador (no log: auditSeq e auditHash)`;

/** What went to which stream, and whether the trail is whole. */
interface Outcome {
  text: string;
  isGood: boolean;
}

async function run(args: string[], directory: string): Promise<Outcome> {
  const given = argumentsIn(args);
  const heads = (given?.values.head ?? []).map(headOf);
  const isUsable = given?.positionals.join(' ') === 'verify' && heads.every(Boolean);
  if (!isUsable) return { text: usage, isGood: false };
  const isThere = await stat(directory).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isThere) return { text: `${directory}: não há trilha de auditoria aqui.`, isGood: false };
  const own = heads.filter((head) => head !== undefined);
  const verdict = await verifyTrail(directory, (known) => createChainCheck([...known, ...own]));
  return tell(verdict, directory);
}

function tell(
  { head, files, fault, missing, isUnfinished }: TrailVerdict,
  directory: string,
): Outcome {
  if (fault) {
    const place = `${join(directory, fault.file)}, linha ${fault.line}`;
    return { text: `ALTERADA: ${place}: ${fault.reason}.`, isGood: false };
  }
  if (missing !== undefined) return { text: `INCOMPLETA: ${missing}.`, isGood: false };
  const torn = isUnfinished
    ? '\nA última linha está incompleta: está sendo escrita agora, ou o processo morreu ao escrevê-la. Ela nunca foi confirmada.'
    : '';
  const text = `Íntegra: ${head.seq} linhas em ${files} arquivos. Última: ${head.seq}:${head.hash}${torn}`;
  return { text, isGood: true };
}

function headOf(text: string): AuditHead | undefined {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  return seq === undefined || hash === undefined ? undefined : { seq: Number(seq), hash };
}

/** Nothing when there is an option that we do not know. */
function argumentsIn(args: string[]) {
  try {
    const options = { head: { type: 'string', multiple: true } } as const;
    return parseArgs({ args, options, allowPositionals: true });
  } catch {
    return undefined;
  }
}

dotenv.config({ quiet: true });
const { config } = checkSettings(process.env);
const { text, isGood } = await run(process.argv.slice(2), join(config.DATA_DIR, 'audit'));
(isGood ? console.log : console.error)(text);
if (!isGood) process.exitCode = 1;
