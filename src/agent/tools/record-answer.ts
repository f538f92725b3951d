import { z } from 'zod';
import type { FrontDesk } from '../front-desk.ts';
import { reviewQuestion, type ScriptNotebook } from '../script-notebook.ts';
import { defineTool, refused, type Tool, type ToolAnswer } from '../tool.ts';
import { wordingFor } from '../visit-words.ts';

const schema = z.strictObject({
  question: z
    .string()
    .max(100)
    .describe(`O id da pergunta no roteiro; “${reviewQuestion}” para o sim ao resumo.`),
  answer: z.string().max(2_000).describe('O que a pessoa respondeu, com as palavras dela.'),
});

/** Keeps one answer of the script that serves this conversation. */
export function createRecordAnswer(
  { state }: Pick<FrontDesk, 'state'>,
  notebook: ScriptNotebook,
): Tool {
  return defineTool({
    name: 'record_answer',
    description:
      'Guarda uma resposta do roteiro de atendimento e diz o que perguntar em seguida. No fim, entrega tudo à equipe e dá o protocolo.',
    schema,
    async run({ question, answer }, context): Promise<ToolAnswer> {
      const kept = await notebook.record({ question, answer, turn: context.callerTurn() });
      switch (kept.outcome) {
        case 'next':
          return answered({ next_question: kept.question, message: kept.message });
        case 'complete':
          return answered({ complete: true, message: 'Guardado. Siga com as outras ferramentas.' });
        case 'given-up':
          return answered({ over: true, message: kept.message });
        case 'filed': {
          const { request, isNew, message } = kept;
          if (isNew) state.deeds.push({ type: 'request-recorded', request });
          const code = wordingFor(context).code(request.protocol);
          return {
            ...answered({
              over: true,
              protocol: request.protocol,
              message: `${message} O protocolo é ${code}.`,
            }),
            effects: isNew
              ? [{ type: 'request-recorded', requestId: request.id, kind: request.kind }]
              : [],
          };
        }
        case 'unfit':
          return refused({ code: 'unfit-answer', field: kept.question, message: kept.message });
        case 'unknown-question':
          return refused({
            code: 'unknown-question',
            message: 'O roteiro não tem essa pergunta.',
            questions: kept.questions,
          });
        case 'no-script':
          return refused({ code: 'no-script', message: 'Nenhum roteiro está em uso agora.' });
      }
    },
  });
}

const answered = (output: Record<string, unknown>): ToolAnswer => ({
  outcome: 'ok',
  output: { ok: true, ...output },
});
