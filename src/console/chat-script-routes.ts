import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { WebChat } from '../messaging/web-chat.ts';
import { problem } from '../platform/problem.ts';
import type { ConsoleAccess } from './console-access.ts';

type Ids = { Params: { id: string } };
const idShape = /^[a-z2-7]{26}$/;
const choiceSchema = z.strictObject({ script: z.string().min(1).max(100) });

/** Which script serves a conversation of the page's chat, and why; staff choose another while it goes on. */
export function chatScriptRoutes(
  server: FastifyInstance,
  { chat, access }: { chat: WebChat; access: ConsoleAccess },
): void {
  const path = '/console/api/conversations/:id/script';

  server.get<Ids>(
    path,
    { onRequest: access.only('staff', 'admin', 'auditor') },
    async (request, reply) => {
      const { id } = request.params;
      const view = idShape.test(id) ? await chat.scriptOf(id) : undefined;
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
    const view = idShape.test(id) ? await chat.scriptOf(id) : undefined;
    if (!view || !access.sees(request, view.clinic)) return refuseUnknown(reply);
    const asked = choiceSchema.safeParse(request.body).data;
    if (!asked) return refuse(reply, 400, 'invalid-request', 'Diga qual roteiro: {"script": "…"}.');
    await access.audit(request, {
      action: 'conversation.script-choose',
      clinicId: view.clinic,
      object: id,
      detail: { script: asked.script },
    });
    const done = await chat.chooseScript(id, asked.script, access.who(request).userId);
    if (done === 'not-found') return refuseUnknown(reply);
    if (done === 'no-such-script')
      return refuse(reply, 400, 'no-such-script', 'Esse roteiro não existe ou não está publicado.');
    return chat.scriptOf(id);
  });
}

function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply.code(status).type('application/json').send(problem(code, message));
}

function refuseUnknown(reply: FastifyReply): FastifyReply {
  return refuse(reply, 404, 'not-found', 'Não há conversa da página com este identificador.');
}
