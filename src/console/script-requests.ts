import { z } from 'zod';
import { slug } from '../agent/clinic-fields.ts';
import { portugueseIssue } from '../agent/portuguese-issue.ts';
import { folded } from '../agent/script-answer.ts';
import type { ScriptMatch } from '../agent/script-matcher.ts';
import { leastScore } from '../agent/script-matcher.ts';
import {
  readScriptBody,
  type ScriptBody,
  type ScriptHead,
  type ScriptVersion,
  scriptLimits,
} from '../agent/script-record.ts';
import type {
  ScriptMatchView,
  ScriptTrialView,
  ScriptVersionView,
  ScriptView,
} from './script-view.ts';

/** What is asked for and answered about scripts, apart from HTTP. Pure. */

type Read<Value> = { value: Value } | { problem: string };

/** Problems told at once; more help nobody. */
const mostProblems = 10;

const argsSchema = z.looseObject({ id: slug.optional(), clinic: slug.nullable().optional() });
const writeSchema = z.strictObject({
  args: z.unknown(),
  revision: z.int().min(1).optional(),
  note: z.string().max(scriptLimits.note).default(''),
  /** A new script is served at once unless this is false. */
  publish: z.boolean().default(true),
});

export interface ScriptWrite {
  id: string | undefined;
  clinic: string | null;
  body: ScriptBody;
  revision: number | undefined;
  note: string;
  publish: boolean;
}

/** `{"args": …}`: the script as an object, or as the text of one. */
export function readScriptWrite(value: unknown): Read<ScriptWrite> {
  const outer = writeSchema.safeParse(value, { error: portugueseIssue });
  if (!outer.success) return { problem: 'Envie o roteiro em "args", como em docs/scripts.md.' };
  const given = typeof outer.data.args === 'string' ? jsonIn(outer.data.args) : outer.data.args;
  const args = argsSchema.safeParse(given, { error: portugueseIssue });
  if (!args.success)
    return {
      problem:
        'Em "args" falta o roteiro: um objeto com name, when, examples, questions e finalMessage; o id, se houver, só tem letras minúsculas, números e hífens.',
    };
  const { id, clinic = null, ...rest } = args.data;
  const read = readScriptBody(rest);
  if ('problems' in read)
    return { problem: `Corrija: ${read.problems.slice(0, mostProblems).join('; ')}` };
  const { revision, note, publish } = outer.data;
  return { value: { id, clinic, body: read.body, revision, note, publish } };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const stepSchema = z.strictObject({
  revision: z.int().min(1).optional(),
  note: z.string().max(scriptLimits.note).default(''),
  version: z.int().min(1).optional(),
});

/** Body of publish, roll-back and delete; none at all is fine. */
export function readScriptStep(value: unknown): Read<z.output<typeof stepSchema>> {
  const read = stepSchema.safeParse(value ?? {}, { error: portugueseIssue });
  if (read.success) return { value: read.data };
  return { problem: 'Envie {"revision": …}, e para voltar atrás também {"version": …}.' };
}

const trialSchema = z.strictObject({
  text: z.string().min(1).max(4_096),
  clinic: slug.optional(),
  desks: z.array(slug).max(20).optional(),
  draft: z.boolean().default(false),
});

export function readScriptTrial(value: unknown): Read<z.output<typeof trialSchema>> {
  const read = trialSchema.safeParse(value, { error: portugueseIssue });
  return read.success
    ? { value: read.data }
    : { problem: 'Envie {"text": "a frase a experimentar"}.' };
}

/** `Segunda via de boleto` → `segunda-via-de-boleto`. */
export function idFromName(name: string): string {
  return folded(name).replaceAll(' ', '-').slice(0, 40).replace(/-+$/, '') || 'roteiro';
}

export function scriptView(head: ScriptHead): ScriptView | undefined {
  const { id, clinic, revision, live, draft, at, by } = head;
  const body = live?.body ?? draft;
  if (!body) return undefined;
  return {
    id,
    ...body,
    ...{ clinic, revision, draft },
    status: live ? 'live' : 'draft',
    version: live?.version ?? null,
    updatedAt: at,
    updatedBy: by,
  };
}

export function versionView(
  { version, at, by, note, body }: ScriptVersion,
  head: ScriptHead | undefined,
): ScriptVersionView {
  return { version, at, by, note, isLive: head?.live?.version === version, body };
}

export function trialView(
  matches: readonly ScriptMatch[],
  nameOf: (id: string) => string,
): ScriptTrialView {
  const [best] = matches;
  const shown = matches
    .slice(0, 5)
    .map(({ id, score, reason }): ScriptMatchView => ({ id, name: nameOf(id), score, ...reason }));
  return {
    matches: shown,
    chosen: best && best.score >= leastScore ? best.id : null,
    leastScore,
  };
}
