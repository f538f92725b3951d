import { z } from 'zod';
import { slug } from './clinic-fields.ts';
import { portugueseIssue } from './portuguese-issue.ts';
import { withoutUnsafeText } from './script-text.ts';

/** A service script (roteiro): when it applies, what to ask, how to answer. Reasons are read by the clinic's staff. */

/** Longest of each, characters; most of each. A whole script stays under 32 KiB, half of what a request may carry. */
export const scriptLimits = {
  name: 80,
  when: 500,
  example: 200,
  examples: 60,
  question: 300,
  questions: 20,
  option: 80,
  options: 20,
  guidance: 500,
  guidances: 20,
  finalMessage: 1_000,
  note: 200,
  bytes: 32_768,
} as const;

/** What an answer is checked as. */
export const questionTypes = [
  'text',
  'name',
  'choice',
  'yes-no',
  'date',
  'birth-date',
  'time',
  'phone',
  'cpf',
  'email',
  'number',
  'money',
] as const;
export type QuestionType = (typeof questionTypes)[number];

/** One line without control or direction-changing characters: it is shown to people and told to a model. */
const line = (most: number) =>
  z
    .string()
    .max(most * 4)
    .transform(withoutUnsafeText)
    .pipe(z.string().min(1, 'não pode ficar vazio').max(most, `use no máximo ${most} caracteres`));

const optionSchema = z.strictObject({
  label: line(scriptLimits.option),
  /** Other words for it. */
  aliases: z.array(line(scriptLimits.option)).max(scriptLimits.options).default([]),
});

const questionSchema = z
  .strictObject({
    id: slug,
    /** As it is put to the person. */
    ask: line(scriptLimits.question),
    /** A few words for staff, like “Nome completo”. */
    label: line(scriptLimits.name),
    type: z.enum(questionTypes, `precisa ser ${questionTypes.join(', ')}`),
    /** What is not required may be skipped (“não sei”, “pular”). */
    required: z.boolean().default(true),
    options: z
      .array(optionSchema)
      .max(scriptLimits.options, `no máximo ${scriptLimits.options} opções`)
      .default([]),
    /** Of yes-no: without a yes nothing is to be done; this is said, and the script ends. */
    ifNo: line(scriptLimits.question).exactOptional(),
  })
  .superRefine(({ type, options, ifNo }, context) => {
    if (ifNo !== undefined && type !== 'yes-no')
      context.addIssue({
        code: 'custom',
        path: ['ifNo'],
        message: 'só perguntas do tipo yes-no têm ifNo',
      });
    if (type === 'choice' && options.length < 2)
      context.addIssue({
        code: 'custom',
        path: ['options'],
        message: 'uma pergunta do tipo choice precisa de pelo menos 2 opções',
      });
    if (type !== 'choice' && options.length > 0)
      context.addIssue({
        code: 'custom',
        path: ['options'],
        message: 'só perguntas do tipo choice têm opções',
      });
  });

/** What a script says; `id` and `clinic` stay for as long as it exists. */
export const scriptBodySchema = z
  .strictObject({
    name: line(scriptLimits.name),
    /** Which counter it belongs to: `clinica`, `atendimento` … */
    desk: slug.default('clinica'),
    /** When it applies, in a sentence. */
    when: line(scriptLimits.when),
    examples: z
      .array(line(scriptLimits.example))
      .min(1, 'escreva pelo menos uma frase de exemplo')
      .max(scriptLimits.examples, `no máximo ${scriptLimits.examples} exemplos`),
    questions: z
      .array(questionSchema)
      .max(scriptLimits.questions, `no máximo ${scriptLimits.questions} perguntas`)
      .default([]),
    guidance: z
      .array(line(scriptLimits.guidance))
      .max(scriptLimits.guidances, `no máximo ${scriptLimits.guidances} orientações`)
      .default([]),
    /** Names of the agent's tools; without any the script only collects. */
    tools: z
      .array(z.string().regex(/^[a-z][a-z_]{1,40}$/, 'nome de ferramenta, como find_slots'))
      .max(30)
      .default([]),
    finalMessage: line(scriptLimits.finalMessage),
  })
  .superRefine(({ questions }, context) => {
    const seen = new Set<string>();
    for (const [i, { id }] of questions.entries()) {
      if (seen.has(id))
        context.addIssue({
          code: 'custom',
          path: ['questions', i, 'id'],
          message: `“${id}” já é o id de outra pergunta`,
        });
      seen.add(id);
    }
  });

export type ScriptBody = z.output<typeof scriptBodySchema>;
export type ScriptQuestion = z.output<typeof questionSchema>;

const instant = z.iso.datetime();
/** A user's id, the id of an API key, or `shipped`. */
const author = z.string().min(1).max(100);

export const scriptVersionSchema = z.strictObject({
  /** Counts from 1. */
  version: z.int().min(1),
  body: scriptBodySchema,
  at: instant,
  by: author,
  /** Why, when it was said; of a roll-back: to which version. */
  note: z.string().max(scriptLimits.note),
});
export type ScriptVersion = z.output<typeof scriptVersionSchema>;

export const scriptHeadSchema = z.strictObject({
  id: slug,
  /** The clinic whose it is; null: all clinics'. */
  clinic: slug.nullable(),
  /** Counts every change; who changes it says which one they saw. */
  revision: z.int().min(1),
  /** What is being written and nobody is served with yet. */
  draft: scriptBodySchema.nullable(),
  /** What people are served with. */
  live: z.strictObject({ version: z.int().min(1), body: scriptBodySchema, by: author }).nullable(),
  /** Versions there ever were, the live one or not. */
  latestVersion: z.int().min(0),
  at: instant,
  by: author,
  deletedAt: instant.nullable(),
});
export type ScriptHead = z.output<typeof scriptHeadSchema>;

export function parseScriptHead(value: unknown): ScriptHead | undefined {
  return scriptHeadSchema.safeParse(value).data;
}

export function parseScriptVersion(value: unknown): ScriptVersion | undefined {
  return scriptVersionSchema.safeParse(value).data;
}

/** @returns the script, or each reason why it is none with the place it stands at: `questions[2].options: …` */
export function readScriptBody(value: unknown): { body: ScriptBody } | { problems: string[] } {
  const parsed = scriptBodySchema.safeParse(value, { error: portugueseIssue });
  if (!parsed.success) return { problems: parsed.error.issues.map(reasonOf) };
  if (Buffer.byteLength(JSON.stringify(parsed.data)) > scriptLimits.bytes)
    return { problems: ['(roteiro): é grande demais; divida-o em dois'] };
  return { body: parsed.data };
}

function reasonOf({ path, message }: { path: PropertyKey[]; message: string }): string {
  const place = path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
  return `${place || '(roteiro)'}: ${message}`;
}
