import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Document, isMap, isNode, isSeq, LineCounter, parseDocument } from 'yaml';
import { CodedError, hasCode } from '../platform/errors.ts';
import { offerProblems } from './clinic-offer-checks.ts';
import { type ClinicProfile, clinicSchema } from './clinic-profile.ts';
import { portugueseIssue } from './portuguese-issue.ts';

type Path = readonly PropertyKey[];

interface ClinicFile {
  clinic?: ClinicProfile;
  /** As it was read, when it could be. */
  text?: string;
  /** `clinics/aurora.yaml:12 services[3].name: falta este campo` */
  problems: string[];
  /** `clinics/aurora.yaml:12`, of the nearest place that exists. */
  where(path: Path): string;
}

/** A profile is text written by hand: far below this, and one that is larger is a mistake. */
const largestFileBytes = 512 * 1024;

/** Aliases (`*x`) may repeat a block this many times in all before the file is refused. */
const mostAliases = 100;

/**
 * Reads every `*.yaml` of the directory, sorted by file name.
 * @throws CLINIC_INVALID with all problems of all files, one a line.
 */
export async function loadClinics(directory: string): Promise<ClinicProfile[]> {
  return (await loadClinicTexts(directory)).map(({ clinic }) => clinic);
}

/** A clinic and the file it was read from. */
export interface ClinicText {
  clinic: ClinicProfile;
  text: string;
}

/** Like `loadClinics`, with the texts. */
export async function loadClinicTexts(directory: string): Promise<ClinicText[]> {
  const names = await clinicFileNames(directory);
  const files = await Promise.all(
    names.map(async (name) => readClinic(join(directory, name), `${basename(directory)}/${name}`)),
  );
  const problems = [...files.flatMap((file) => file.problems), ...sharedNames(files)];
  if (names.length === 0) problems.push(`${directory}: nenhum arquivo .yaml de clínica`);
  if (problems.length > 0) throw invalid(problems);
  return files.flatMap(({ clinic, text = '' }) => (clinic ? [{ clinic, text }] : []));
}

/**
 * The clinic that was called: by number, else `fallbackId`, else the first.
 * @throws CLINIC_INVALID when there is no such clinic (call it once at start-up to find out).
 */
export function clinicForNumber(
  clinics: readonly ClinicProfile[],
  calledE164: string,
  fallbackId?: string,
): ClinicProfile {
  const called = clinics.find(({ numbers }) => numbers.includes(calledE164));
  const chosen =
    called ?? (fallbackId ? clinics.find(({ id }) => id === fallbackId) : clinics.at(0));
  if (!chosen) {
    throw invalid([`CLINIC: nenhuma clínica carregada tem o id “${fallbackId ?? ''}”`]);
  }
  return chosen;
}

/** The clinic whose WhatsApp number was written to. No other answers for it. */
export function clinicForWhatsapp(
  clinics: readonly ClinicProfile[],
  calledE164: string,
): ClinicProfile | undefined {
  return clinics.find(({ whatsapp }) => whatsapp?.number === calledE164);
}

/** One profile from its YAML text. `label` is how the file is called in problems. */
export function parseClinic(yamlText: string, label: string): ClinicFile {
  const lines = new LineCounter();
  const document = parseDocument(yamlText, { lineCounter: lines, prettyErrors: false });
  const where = (path: Path) => `${label}:${lines.linePos(offsetOf(document, path)).line}`;
  const yamlProblems = document.errors.map(
    (error) => `${label}:${lines.linePos(error.pos[0]).line} ${yamlReason(error.code)}`,
  );
  if (yamlProblems.length > 0) return { problems: yamlProblems, where };
  const value = plainValue(document);
  if (value === tooManyAliases) {
    return { problems: [`${label}:1 o arquivo repete blocos (“*”) demais`], where };
  }
  const parsed = clinicSchema.safeParse(value, { error: portugueseIssue });
  if (!parsed.success) {
    return { problems: parsed.error.issues.flatMap((issue) => issueLines(issue, where)), where };
  }
  const clinic = parsed.data;
  const problems = offerProblems(clinic).flatMap((one) => issueLines(one, where));
  return problems.length > 0 ? { problems, where } : { clinic, problems, where };
}

const tooManyAliases = Symbol('too many aliases');

function plainValue(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: mostAliases });
  } catch {
    return tooManyAliases;
  }
}

function issueLines(
  issue: { code?: string; path: Path; message: string; keys?: string[] },
  where: (path: Path) => string,
): string[] {
  if (issue.code === 'unrecognized_keys' && issue.keys) {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return `${where(path)} ${pathText(path)}: campo desconhecido`;
    });
  }
  return [`${where(issue.path)} ${pathText(issue.path)}: ${issue.message}`];
}

async function clinicFileNames(directory: string): Promise<string[]> {
  try {
    const names = await readdir(directory);
    return names.filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('.')).sort();
  } catch (cause) {
    const reason = hasCode(cause, 'ENOENT') ? 'a pasta não existe' : 'a pasta não pode ser lida';
    throw new CodedError('CLINIC_INVALID', `${directory}: ${reason}`, { cause });
  }
}

async function readClinic(path: string, label: string): Promise<ClinicFile> {
  const refused = (reason: string) => ({ problems: [`${label}:1 ${reason}`], where: () => label });
  try {
    const bytes = await readFile(path);
    if (bytes.length > largestFileBytes)
      return refused('o arquivo é grande demais (mais de 512 KiB)');
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { ...parseClinic(text, label), text };
  } catch (error) {
    if (error instanceof TypeError) return refused('o arquivo não está em UTF-8');
    return refused('o arquivo não pode ser lido');
  }
}

/** What no other clinic may have too: its id, the numbers it is reached by; each with its place in the file. */
export function ownNames({ id, numbers, whatsapp }: ClinicProfile): [string, Path][] {
  return [
    [id, ['id']],
    ...numbers.map((number, i): [string, Path] => [number, ['numbers', i]]),
    // A number may be called and written to; of two clinics it is neither.
    ...(whatsapp ? [[`WhatsApp ${whatsapp.number}`, ['whatsapp']] satisfies [string, Path]] : []),
  ];
}

/** Two clinics with one id or one telephone number: nobody could say which one was called. */
function sharedNames(files: ClinicFile[]): string[] {
  const owners = new Map<string, string>();
  return files.flatMap(({ clinic, where }) => {
    if (!clinic) return [];
    const names = ownNames(clinic);
    return names.flatMap(([name, path]) => {
      const owner = owners.get(name);
      owners.set(name, owner ?? where(path));
      return owner ? [`${where(path)} ${pathText(path)}: “${name}” já é usado em ${owner}`] : [];
    });
  });
}

function invalid(problems: string[]): CodedError {
  return new CodedError(
    'CLINIC_INVALID',
    `Clinic profiles to correct:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
  );
}

/** Where the path stands in the text; a path that does not exist stands where its nearest ancestor does. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const key of path) {
    const child = childOf(node, key);
    if (!child) return offset;
    offset = child.offset ?? offset;
    node = child.node;
  }
  return offset;
}

function childOf(node: unknown, key: PropertyKey): { node: unknown; offset?: number } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) => isNode(item.key) && item.key.toJSON() === key);
    const offset = isNode(pair?.key) ? pair.key.range?.[0] : undefined;
    return pair && { node: pair.value, ...(offset === undefined ? {} : { offset }) };
  }
  if (!isSeq(node) || typeof key !== 'number') return undefined;
  const item = node.items[key];
  const offset = isNode(item) ? item.range?.[0] : undefined;
  return item === undefined
    ? undefined
    : { node: item, ...(offset === undefined ? {} : { offset }) };
}

function pathText(path: Path): string {
  const text = path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('');
  return text.replace(/^\./, '') || '(arquivo)';
}

function yamlReason(code: string): string {
  switch (code) {
    case 'DUPLICATE_KEY':
      return 'o mesmo campo aparece duas vezes';
    case 'TAB_AS_INDENT':
      return 'use espaços, não tabulação, para recuar a linha';
    case 'BAD_INDENT':
      return 'o recuo da linha não combina com as linhas acima';
    case 'MULTIPLE_DOCS':
      return 'há mais de um documento no arquivo (linha “---”)';
    default:
      return 'a linha não é YAML válido (confira aspas, dois-pontos e recuo)';
  }
}
