import {
  readScriptBody,
  type ScriptBody,
  type ScriptHead,
  type ScriptVersion,
} from '../../src/agent/script-record.ts';

/** A small script that asks for a name and a day. */
export function scriptBody(more: Partial<Record<keyof ScriptBody, unknown>> = {}): ScriptBody {
  const read = readScriptBody({
    name: 'Marcar consulta',
    when: 'A pessoa quer marcar uma consulta.',
    examples: ['quero marcar uma consulta'],
    questions: [
      { id: 'nome', ask: 'Qual é o seu nome?', label: 'Nome', type: 'name' },
      { id: 'dia', ask: 'Para que dia?', label: 'Dia', type: 'date' },
    ],
    finalMessage: 'Obrigada! Vamos conferir e confirmar.',
    ...more,
  });
  if ('problems' in read) throw new Error(read.problems.join('; '));
  return read.body;
}

export function scriptVersion(more: Partial<ScriptVersion> = {}): ScriptVersion {
  const { version = 1, body = scriptBody(), note = '' } = more;
  return { version, body, at: '2026-11-21T12:00:00.000Z', by: 'shipped', note, ...more };
}

/** Revision 1, live. */
export function scriptHead(id: string, more: Partial<ScriptHead> = {}): ScriptHead {
  return {
    id,
    clinic: null,
    revision: 1,
    draft: null,
    live: { version: 1, body: scriptBody(), by: 'shipped' },
    latestVersion: 1,
    at: '2026-11-21T12:00:00.000Z',
    by: 'shipped',
    deletedAt: null,
    ...more,
  };
}
