import type {
  ScriptQuestionView,
  ScriptTextView,
  ScriptTrialView,
  ScriptVersionView,
  ScriptView,
} from '../../../../console/script-view.ts';
import { ApiProblem, problemText } from '../../../ui/api.ts';
import { notify } from '../../../ui/notices.tsx';
import { api } from '../../session.ts';
import { words } from './words.ts';

interface OneScript {
  script: ScriptView;
}

export const listScripts = (signal: AbortSignal) =>
  api<{ scripts: ScriptView[] }>('GET', '/scripts', undefined, { signal });

export const readScript = (id: string, signal: AbortSignal) =>
  api<OneScript>('GET', `/scripts/${id}`, undefined, { signal });

export const readVersions = (id: string, signal: AbortSignal) =>
  api<{ versions: ScriptVersionView[] }>('GET', `/scripts/${id}/versions`, undefined, { signal });

export const tryPhrase = (text: string, clinic: string, draft: boolean) =>
  api<ScriptTrialView>('POST', '/scripts/try', { text, clinic, draft });

export const createScript = (args: ScriptTextView & { clinic: string | null }) =>
  api<OneScript>('POST', '/scripts', { args, publish: false });

export const saveDraft = ({ id, revision }: ScriptView, args: ScriptTextView) =>
  api<OneScript>('PUT', `/scripts/${id}/draft`, { args, revision });

export const publishDraft = ({ id, revision }: ScriptView, note: string) =>
  api<OneScript>('POST', `/scripts/${id}/publish`, { revision, note });

export const dropDraft = ({ id, revision }: ScriptView) =>
  api<OneScript>('DELETE', `/scripts/${id}/draft`, { revision });

export const deleteScript = ({ id, revision }: ScriptView) =>
  api<void>('DELETE', `/scripts/${id}`, { revision });

export const rollBack = ({ id, revision }: ScriptView, version: number) =>
  api<OneScript>('POST', `/scripts/${id}/roll-back`, { version, revision });

/** Trouble of a change; whoever was slower sees what the faster one wrote. */
export function tellLate(reload: () => void): (error: unknown) => void {
  return (error) => {
    const isLate = error instanceof ApiProblem && error.code === 'stale';
    notify('bad', isLate ? words().stale : problemText(error));
    if (isLate) reload();
  };
}

/** What a form shows: the draft, else what is published. */
export function textOf({ draft, ...script }: ScriptView): ScriptTextView {
  const { name, desk, when, examples, questions, guidance, tools, finalMessage } = draft ?? script;
  return { name, desk, when, examples, questions, guidance, tools, finalMessage };
}

export const emptyText: ScriptTextView = {
  name: '',
  desk: 'clinica',
  when: '',
  examples: [],
  questions: [],
  guidance: [],
  tools: [],
  finalMessage: '',
};

/** A question somebody begins with. @param taken ids of the others */
export function freshQuestion(taken: readonly string[]): ScriptQuestionView {
  let at = taken.length + 1;
  while (taken.includes(`pergunta-${at}`)) at += 1;
  const id = `pergunta-${at}`;
  return { id, ask: '', label: '', type: 'text', required: true, options: [] };
}

export const linesOf = (list: readonly string[]) => list.join('\n');
/** As it is typed: an empty line is kept until it is saved. */
export const listOf = (lines: string) => (lines === '' ? [] : lines.split('\n'));

/** Without what was left empty, and without what the kind of answer does not have. */
export function cleaned(text: ScriptTextView): ScriptTextView {
  const filled = (list: readonly string[]) => list.map((one) => one.trim()).filter(Boolean);
  return {
    ...text,
    examples: filled(text.examples),
    guidance: filled(text.guidance),
    tools: filled(text.tools),
    questions: text.questions.map(({ ifNo, options, ...question }) => ({
      ...question,
      options: question.type === 'choice' ? options.filter(({ label }) => label !== '') : [],
      ...(question.type === 'yes-no' && ifNo?.trim() ? { ifNo: ifNo.trim() } : {}),
    })),
  };
}

/** `Manhã: cedo, de manhã` a line. */
export function optionLines(options: ScriptQuestionView['options']): string {
  return options
    .map(({ label, aliases }) => (aliases.length > 0 ? `${label}: ${aliases.join(', ')}` : label))
    .join('\n');
}

export function optionsIn(lines: string): ScriptQuestionView['options'] {
  return listOf(lines).map((line) => {
    const [label = '', rest = ''] = line.split(/:(.*)/s);
    const aliases = rest.split(',').map((one) => one.trim());
    return { label: label.trim(), aliases: aliases.filter(Boolean) };
  });
}
