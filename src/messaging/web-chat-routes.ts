import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ClinicProfile } from '../agent/clinic-profile.ts';
import { plainText } from '../agent/plain-text.ts';
import { nameIn } from '../agent/script-answer.ts';
import type { Clock } from '../platform/clock.ts';
import { hasCode } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import {
  type ChatDoor,
  callerOf,
  chatCookie,
  chatHeaders,
  guestHeaders,
  preflightHeaders,
} from './chat-door.ts';
import type { ChatVisit } from './chat-visit-record.ts';
import { chatWidget } from './chat-widget.ts';
import { chatWords } from './chat-words.ts';
import { createFloodGate } from './flood-gate.ts';
import type { TextPart } from './text-agent.ts';
import type { WebChat } from './web-chat.ts';

/** Characters of one message. */
export const longestChatMessage = 4_096;
/** 4,096 characters take up to 16 KiB, written as escapes up to 48. */
const bodyLimit = 64 * 1024;
/** Messages of one address in a minute, of one visit, and new visits of one address: a clinic's waiting room shares an address. */
const perMinute = { address: 60, visit: 20, begun: 10 } as const;

export interface WebChatRouteParts {
  chat: WebChat;
  door: () => ChatDoor;
  clinicOf(id: string): ClinicProfile | undefined;
  defaultClinic: string;
  idleMs: number;
  /** Where the built pages are; nothing when they were not built. */
  pages: string | undefined;
  clock: Clock;
  log: Log;
}

type Refusal = { status: number; message: string };

/** The page at `/` and what it asks. Errors are `{status: "Error", message}`, as its users know them. */
export async function webChatRoutes(app: FastifyInstance, parts: WebChatRouteParts): Promise<void> {
  const { pages } = parts;
  const index = pages && (await readFile(join(pages, 'chat', 'index.html')).catch(() => undefined));
  await app.register((scope, _options, done) => {
    answerErrors(scope, parts.log);
    scope.addHook('onRequest', async (request, reply) => {
      reply.headers(chatHeaders(parts.door()));
      return admit(request, reply, parts.door());
    });
    messageRoutes(scope, parts);
    historyRoutes(scope, parts);
    done();
  });
  app.get('/', async (_request, reply) => {
    reply.headers({ ...chatHeaders(parts.door()), 'cache-control': 'no-cache' });
    if (index) return reply.type('text/html; charset=utf-8').send(index);
    return reply.code(503).type('text/plain; charset=utf-8').send(notBuilt);
  });
  app.get('/chat-widget.js', async (_request, reply) =>
    reply
      .headers({
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'cross-origin',
        'cache-control': 'public, max-age=3600',
      })
      .type('text/javascript; charset=utf-8')
      .send(chatWidget),
  );
}

const notBuilt =
  'A página do chat não foi construída. Rode “npm install” (sem --omit=dev) ou “npm run build” e inicie de novo.\n';

/** A page of a site that is not named gets nothing, whatever cookie comes with it. */
function admit(request: FastifyRequest, reply: FastifyReply, door: ChatDoor) {
  const caller = callerOf(request.headers, door);
  if (caller === 'foreign')
    return refuse(reply, { status: 403, message: 'Este site não pode usar este chat.' });
  if (caller === 'guest') reply.headers(guestHeaders(request.headers.origin ?? ''));
}

const messageSchema = z.looseObject({ message: z.string() });
const beginSchema = z.looseObject({ message: z.string(), clinic: z.string().max(100).optional() });

function messageRoutes(app: FastifyInstance, parts: WebChatRouteParts): void {
  const { chat, clock } = parts;
  const gates = {
    address: createFloodGate(clock, perMinute.address),
    visit: createFloodGate(clock, perMinute.visit),
    begun: createFloodGate(clock, perMinute.begun),
  };

  app.post('/initial-message', { bodyLimit }, async (request, reply) => {
    if (!gates.begun.mayPass(request.ip)) return refuse(reply, tooMany);
    const asked = beginSchema.safeParse(request.body).data;
    const name = nameIn(plainText((asked?.message ?? '').slice(0, longestChatMessage)));
    if (!name) return refuse(reply, { status: 400, message: 'Diga o seu nome em "message".' });
    const clinic = parts.clinicOf(asked?.clinic ?? parts.defaultClinic);
    if (!clinic) return refuse(reply, { status: 400, message: 'Esta clínica não existe aqui.' });
    const earlier = await visitOf(request);
    if (earlier) await chat.leave(earlier);
    const { visit, key } = await chat.begin(clinic, name);
    keepCookie(reply, key);
    return { answer: chatWords.welcome, Name: visit.name, Session: visit.id };
  });

  app.post('/chat', { bodyLimit }, async (request, reply) => {
    const given = await messageOf(request);
    if ('status' in given) return refuse(reply, given);
    keepCookie(reply, given.key);
    return chat.say(given.visit, given.text);
  });

  app.post('/chat_ai', { bodyLimit }, async (request, reply) => {
    const given = await messageOf(request);
    if ('status' in given) return refuse(reply, given);
    keepCookie(reply, given.key);
    const stream = chat.ask(given.visit, given.text);
    if (request.headers.accept?.includes('text/event-stream'))
      return reply
        .header('x-accel-buffering', 'no')
        .type('text/event-stream; charset=utf-8')
        .send(Readable.from(eventsOf(stream)));
    let answer = '';
    for await (const part of stream) if (part.type === 'final') answer = part.text;
    return { answer };
  });

  const cookie = () => chatCookie(parts.door());
  const keyOf = ({ headers }: FastifyRequest) => cookie().read(headers.cookie);
  async function visitOf(request: FastifyRequest) {
    const key = keyOf(request);
    return key === undefined ? undefined : chat.visitOf(key);
  }
  function keepCookie(reply: FastifyReply, key: string): void {
    reply.header('set-cookie', cookie().set(key, parts.idleMs));
  }
  async function messageOf(
    request: FastifyRequest,
  ): Promise<Refusal | { visit: ChatVisit; key: string; text: string }> {
    if (!gates.address.mayPass(request.ip)) return tooMany;
    const key = keyOf(request);
    const visit = key === undefined ? undefined : await chat.visitOf(key);
    if (!visit || key === undefined) return nobody;
    const asked = messageSchema.safeParse(request.body).data;
    const text = asked?.message.trim() ?? '';
    if (!asked || plainText(text) === '')
      return { status: 400, message: 'Escreva a mensagem em "message".' };
    if (text.length > longestChatMessage)
      return { status: 400, message: 'A mensagem é longa demais: use até 4.096 caracteres.' };
    if (!gates.visit.mayPass(visit.id)) return tooMany;
    return { visit, key, text };
  }
}

function historyRoutes(app: FastifyInstance, parts: WebChatRouteParts): void {
  const { chat } = parts;
  const cookie = () => chatCookie(parts.door());

  app.get<{ Querystring: { clinic?: string } }>('/chat/history', async (request, reply) => {
    const key = cookie().read(request.headers.cookie);
    const visit = key === undefined ? undefined : await chat.visitOf(key);
    const asked = request.query.clinic;
    const id = visit?.clinic ?? (typeof asked === 'string' ? asked : parts.defaultClinic);
    const clinic = parts.clinicOf(id) ?? parts.clinicOf(parts.defaultClinic);
    if (!clinic) return refuse(reply, { status: 400, message: 'Esta clínica não existe aqui.' });
    return chat.history(visit, clinic);
  });

  app.delete('/chat/history', async (request, reply) => {
    const key = cookie().read(request.headers.cookie);
    const visit = key === undefined ? undefined : await chat.visitOf(key);
    if (visit) await chat.leave(visit);
    return reply.header('set-cookie', cookie().clear()).code(204).send();
  });

  for (const url of ['/initial-message', '/chat', '/chat_ai', '/chat/history'])
    app.options(url, async (_request, reply) => reply.headers(preflightHeaders).code(204).send());
}

const nobody: Refusal = {
  status: 401,
  message: 'A conversa não foi iniciada ou expirou. Comece de novo por /initial-message.',
};
const tooMany: Refusal = {
  status: 429,
  message: 'Foram mensagens demais em pouco tempo. Espere um minuto e escreva de novo.',
};

async function* eventsOf(stream: AsyncIterable<TextPart>): AsyncIterable<string> {
  for await (const part of stream) {
    if (part.type === 'delta') yield event('delta', { text: part.text });
    else yield event('final', { answer: part.text, is_held: part.isHeld });
  }
}

const event = (name: string, data: object) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

function answerErrors(scope: FastifyInstance, log: Log): void {
  scope.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? (hasCode(error, 'STORE_WRITE_FAILED') ? 503 : 500);
    if (status >= 500) log.error({ err: error, route: request.routeOptions.url }, 'a chat failed');
    const message =
      status >= 500
        ? 'Algo deu errado aqui e a mensagem não foi guardada. Tente de novo em instantes.'
        : 'O pedido não pôde ser lido. Envie {"message": "…"} como application/json.';
    return refuse(reply, { status, message });
  });
}

function refuse(reply: FastifyReply, { status, message }: Refusal): FastifyReply {
  if (status === 429) reply.header('retry-after', '60');
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send({ status: 'Error', message });
}
