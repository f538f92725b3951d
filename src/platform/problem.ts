import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasCode } from './errors.ts';
import type { Log } from './log.ts';

/** The body of every refusal. `code` is stable and English, `message` is pt-BR for whoever reads it. */
export function problem(code: string, message: string) {
  return { error: { code, message } };
}

const problems = new Map([
  [400, problem('invalid-request', 'O pedido não pôde ser lido.')],
  [404, problem('not-found', 'Este endereço não existe.')],
  [408, problem('too-slow', 'O pedido demorou demais para chegar.')],
  [413, problem('too-large', 'O pedido é grande demais.')],
  [414, problem('too-large', 'O endereço é longo demais.')],
  [
    415,
    problem('unsupported-media-type', 'O tipo de conteúdo não é aceito. Use application/json.'),
  ],
  [431, problem('too-large', 'Os cabeçalhos são grandes demais.')],
]);
const internalError = problem(
  'internal-error',
  'Algo deu errado aqui. Tente de novo em instantes.',
);

/** What a client did wrong is told by its status alone; what we did wrong is logged and told to nobody. */
export function answerProblems(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    // A database that is away comes back: whoever asks may try again.
    const status = error.statusCode ?? (hasCode(error, 'DATABASE_UNUSABLE') ? 503 : 500);
    if (status >= 500)
      log.error({ err: error, route: request.routeOptions.url }, 'a request failed');
    return answer(reply, status);
  });
  app.setNotFoundHandler((_request, reply) => answer(reply, 404));
}

/** For `frameworkErrors`: addresses that the router cannot read. */
export function answerUnroutable(
  error: FastifyError,
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  void answer(reply, error.statusCode ?? 400);
}

/** For `clientErrorHandler`: what is no HTTP, came too slowly or has too large headers. The connection is closed. */
export function answerTornRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = tornStatus(error.code);
  const body = JSON.stringify(problems.get(status));
  const head = `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n`;
  // A peer that does not read must not keep its connection.
  socket.end(head + body, () => socket.destroy());
}

function tornStatus(code: string | undefined): number {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408;
  return code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
}

function answer(reply: FastifyReply, status: number): FastifyReply {
  const known = status < 500 ? (problems.get(status) ?? problems.get(400)) : internalError;
  // Also where no route and no hook was reached.
  if (!reply.hasHeader('content-security-policy'))
    reply.headers({ 'content-security-policy': "default-src 'none'; frame-ancestors 'none'" });
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    .send(known);
}

/** Every route of this plugin: only for those who may, and nothing of it stays in a cache. */
export function requireBearer(
  app: FastifyInstance,
  authorise: (request: FastifyRequest) => boolean,
): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    if (authorise(request)) return;
    const message = 'Informe a chave da API: Authorization: Bearer …';
    return reply
      .code(401)
      .header('www-authenticate', 'Bearer')
      .send(problem('unauthorized', message));
  });
}
