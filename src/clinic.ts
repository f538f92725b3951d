import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { calendarDate } from './agent/clinic-fields.ts';
import { parseClinic } from './agent/clinic-loader.ts';
import { clinicPreview } from './agent/clinic-preview.ts';
import { createClock } from './platform/clock.ts';
import { wallTimeOf } from './scheduling/wall-time.ts';

const usage = 'uso: npm run clinic -- check <arquivo.yaml> [--from AAAA-MM-DD]';

/** What went to which stream, and whether the file may be used. */
interface Outcome {
  text: string;
  isGood: boolean;
}

const refused = (text: string): Outcome => ({ text, isGood: false });

async function check(file: string, from: string | undefined): Promise<Outcome> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return refused(`${file}: o arquivo não pode ser lido`);
  const { clinic, problems } = parseClinic(text, file);
  if (!clinic) return refused([`Corrija em ${file}:`, ...problems].join('\n'));
  const today = wallTimeOf(createClock().wallMs(), clinic.timeZone).date;
  return { text: clinicPreview(clinic, from ?? today), isGood: true };
}

async function run(args: string[]): Promise<Outcome> {
  const given = argumentsIn(args);
  const from = given?.values.from;
  const [command, file, ...rest] = given?.positionals ?? [];
  if (command !== 'check' || !file || rest.length > 0) return refused(usage);
  if (from !== undefined && !calendarDate.safeParse(from).success)
    return refused(`${from} não é uma data. ${usage}`);
  return check(file, from);
}

/** Nothing when there is an option that we do not know. */
function argumentsIn(args: string[]) {
  try {
    return parseArgs({ args, options: { from: { type: 'string' } }, allowPositionals: true });
  } catch {
    return undefined;
  }
}

const { text, isGood } = await run(process.argv.slice(2));
(isGood ? console.log : console.error)(text);
if (!isGood) process.exitCode = 1;
