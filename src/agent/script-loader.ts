import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { CodedError, hasCode } from '../platform/errors.ts';
import { slug } from './clinic-fields.ts';
import { portugueseIssue } from './portuguese-issue.ts';
import { readScriptBody, type ScriptBody } from './script-record.ts';

/** A script as it is shipped. */
export interface ShippedScript {
  id: string;
  /** Null: all clinics'. */
  clinic: string | null;
  body: ScriptBody;
}

const fileSchema = z.strictObject({
  desk: slug,
  clinic: slug.optional(),
  scripts: z.array(z.looseObject({ id: slug })).min(1),
});

/** Text written by hand; what is larger is a mistake. */
const largestFileBytes = 1_048_576;

/**
 * Every `*.yaml` of the directory, sorted by file name; none when there is no such directory.
 * @throws CLINIC_INVALID with all problems of all files, one a line.
 */
export async function loadScripts(directory: string): Promise<ShippedScript[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return [];
    throw new CodedError('CLINIC_INVALID', `${directory}: a pasta não pode ser lida`, {
      cause: error,
    });
  });
  const files = names.filter((name) => /^[^.].*\.ya?ml$/.test(name)).sort();
  const problems: string[] = [];
  const scripts: ShippedScript[] = [];
  for (const name of files) {
    const label = `${basename(directory)}/${name}`;
    const text = await readFile(join(directory, name), 'utf8');
    const read = parseScriptFile(text);
    problems.push(...read.problems.map((problem) => `${label} ${problem}`));
    for (const script of read.scripts) {
      if (scripts.some(({ id }) => id === script.id))
        problems.push(`${label} ${script.id}: outro roteiro já tem este id`);
      scripts.push(script);
    }
  }
  if (problems.length === 0) return scripts;
  const lines = problems.map((problem) => `  ${problem}`).join('\n');
  throw new CodedError('CLINIC_INVALID', `Scripts to correct:\n${lines}`);
}

/** The scripts of one file and what is wrong with it. */
export function parseScriptFile(text: string): { scripts: ShippedScript[]; problems: string[] } {
  const file = fileSchema.safeParse(yamlValue(text), { error: portugueseIssue });
  if (!file.success) {
    const problems = file.error.issues.map(
      ({ path, message }) => `${path.map(String).join('.') || '(arquivo)'}: ${message}`,
    );
    return { scripts: [], problems };
  }
  const { desk, clinic = null } = file.data;
  const scripts: ShippedScript[] = [];
  const problems: string[] = [];
  for (const { id, ...rest } of file.data.scripts) {
    const read = readScriptBody({ desk, ...rest });
    if ('problems' in read) problems.push(...read.problems.map((problem) => `${id}: ${problem}`));
    else scripts.push({ id, clinic, body: read.body });
  }
  return { scripts, problems };
}

function yamlValue(text: string): unknown {
  if (text.length > largestFileBytes) return undefined;
  try {
    return parse(text, { maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}
