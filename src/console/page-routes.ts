import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

export interface PageParts {
  /** Where the built pages are; nothing when they were not built. */
  directory: string | undefined;
}

/** Named after what is in them, so they never change. */
const assetSeconds = 365 * 24 * 3600;

const notBuilt =
  'As páginas do console não foram construídas. Rode “npm install” (sem --omit=dev) ou “npm run build” e inicie de novo.\n';

/** The console's page at every address below /console/, and the files it consists of below /assets/. */
export async function pageRoutes(server: FastifyInstance, { directory }: PageParts): Promise<void> {
  const index =
    directory === undefined ? undefined : await readFile(join(directory, 'console', 'index.html'));
  const show = (request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    // A wrong address of the API, or of a file, is no page.
    if (path.startsWith('/console/api/') || path.includes('.')) return reply.callNotFound();
    reply.header('cache-control', 'no-cache');
    if (index) return reply.type('text/html; charset=utf-8').send(index);
    return reply.code(503).type('text/plain; charset=utf-8').send(notBuilt);
  };
  server.get('/console', show);
  server.get('/console/*', show);
  if (directory === undefined) return;
  await server.register(fastifyStatic, {
    root: join(directory, 'assets'),
    prefix: '/assets/',
    index: false,
    dotfiles: 'ignore',
    decorateReply: false,
    maxAge: assetSeconds * 1000,
    immutable: true,
    setHeaders: (reply) => {
      reply.header('x-content-type-options', 'nosniff');
      reply.header('cross-origin-resource-policy', 'same-origin');
    },
  });
}
