import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { longestAnswer } from '../agent/script-answer.ts';
import type { ConversationScripts } from '../messaging/conversation-scripts.ts';
import { problem } from '../platform/problem.ts';
import type { ConsoleAccess } from './console-access.ts';

type Ids = { Params: { id: string } };
const idShape = /^[a-z2-7]{26}$/;
const choiceSchema = z.strictObject({ script: z.string().min(1).max(100) });

const answerSchema = z.strictObject({ answer: z.string().trim().min(1).max(longestAnswer) });

/** Which script serves a text conversation, and why; staff choose another, or change an answer, while it goes on. */
export function chatScriptRoutes(
  server: FastifyInstance,
  {
    scripts,
    access,
  }: {
    scripts: Pick<ConversationScripts, 'scriptOf' | 'chooseScript' | 'changeAnswer'>;
    access: ConsoleAccess;
  },
): void {
  const path = '/console/api/conversations/:id/script';

  server.get<Ids>(
    path,
    { onRequest: access.only('staff', 'admin', 'auditor') },
    async (request, reply) => {
      const { id } = request.params;
      const view = idShape.test(id) ? await scripts.scriptOf(id) : undefined;
      if (!view || !access.sees(request, view.clinic)) return refuseUnknown(reply);
      await access.audit(request, {
        action: 'conversation.script-view',
        clinicId: view.clinic,
        object: id,
      });
      return view;
    },
  );

  server.put<Ids>(path, { onRequest: access.only('staff', 'admin') }, async (request, reply) => {
    const { id } = request.params;
    const view = idShape.test(id) ? await scripts.scriptOf(id) : undefined;
    if (!view || !access.sees(request, view.clinic)) return refuseUnknown(reply);
    const asked = choiceSchema.safeParse(request.body).data;
    if (!asked) return refuse(reply, 400, 'invalid-request', 'Diga qual roteiro: {"script": "…"}.');
    await access.audit(request, {
      action: 'conversation.script-choose',
      clinicId: view.clinic,
      object: id,
      detail: { script: asked.script },
    });
    const done = await scripts.chooseScript(id, asked.script, access.who(request).userId);
    if (done === 'not-found') return refuseUnknown(reply);
    if (done === 'no-such-script')
      return refuse(reply, 400, 'no-such-script', 'Esse roteiro não existe ou não está publicado.');
    return scripts.scriptOf(id);
  });

  server.put<{ Params: { id: string; question: string } }>(
    `${path}/answers/:question`,
    { onRequest: access.only('staff', 'admin') },
    async (request, reply) => {
      const { id, question } = request.params;
      const view = idShape.test(id) ? await scripts.scriptOf(id) : undefined;
      if (!view || !access.sees(request, view.clinic)) return refuseUnknown(reply);
      const asked = answerSchema.safeParse(request.body).data;
      if (!asked)
        return refuse(reply, 400, 'invalid-request', 'Escreva a resposta, com até 500 caracteres.');
      await access.audit(request, {
        action: 'conversation.script-answer',
        clinicId: view.clinic,
        object: id,
        detail: { question: question.slice(0, 100) },
      });
      const done = await scripts.changeAnswer(id, { question, answer: asked.answer });
      switch (done.outcome) {
        case 'changed':
          return scripts.scriptOf(id);
        case 'unfit':
          return refuse(reply, 400, 'unfit-answer', done.message);
        case 'no-script':
          return refuse(reply, 409, 'no-script', 'Escolha antes um roteiro para esta conversa.');
        case 'no-such-question':
          return refuse(reply, 404, 'no-such-question', 'O roteiro não tem essa pergunta.');
        case 'not-found':
          return refuseUnknown(reply);
      }
    },
  );
}

function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply.code(status).type('application/json').send(problem(code, message));
}

function refuseUnknown(reply: FastifyReply): FastifyReply {
  return refuse(reply, 404, 'not-found', 'Esta conversa não existe.');
}
