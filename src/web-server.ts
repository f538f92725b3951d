import formbody from '@fastify/formbody';
import websocket from '@fastify/websocket';
import fastify, { type FastifyInstance } from 'fastify';
import { answerTornRequest, answerUnroutable } from './platform/problem.ts';

/** Limits of the HTTP side; `docs/operations.md` lists them with the rest. */
export const httpLimits = {
  /** Twilio's forms and our JSON are a few KiB. */
  bodyBytes: 64 * 1024,
  /** A request that is not whole by then is cut (slow headers, slow body). */
  requestMs: 10_000,
  connectionsCheckMs: 2_000,
  keepAliveMs: 65_000,
  /** Media frames are under 1 KiB. */
  frameBytes: 64 * 1024,
  frameFragments: 16,
  /** A peer that does not answer our close is cut. */
  closeMs: 2_000,
  /** Beside two sockets a call: webhooks, staff, probes. */
  otherConnections: 512,
} as const;

/** Where web sockets are: the carrier's streams, and what a page of the console hears and says. */
const socketAddresses: ReadonlySet<string | undefined> = new Set([
  '/media-stream',
  '/console/api/live/:id/listen',
  '/console/api/live/:id/talk',
  '/console/api/softphone/stream',
]);

/** The HTTP server, without any route. @param trustedProxies whose word is taken for where a request comes from */
export function createServer(trustedProxies: string[] = []): FastifyInstance {
  return fastify({
    trustProxy: trustedProxies,
    logger: false,
    bodyLimit: httpLimits.bodyBytes,
    requestTimeout: httpLimits.requestMs,
    keepAliveTimeout: httpLimits.keepAliveMs,
    http: {
      headersTimeout: httpLimits.requestMs,
      connectionsCheckingInterval: httpLimits.connectionsCheckMs,
    },
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerTornRequest,
    forceCloseConnections: true,
    return503OnClosing: false,
  });
}

/** Forms of webhooks, and web sockets at the addresses that have them. */
export async function acceptStreams(server: FastifyInstance): Promise<void> {
  await server.register(formbody);
  await server.register(websocket, {
    options: {
      maxPayload: httpLimits.frameBytes,
      perMessageDeflate: false,
      maxFragments: httpLimits.frameFragments,
      // Not among the types of ws yet.
      ...{ closeTimeout: httpLimits.closeMs },
    },
    // The default destroys the connection at once, and the close that names the reason may be lost with it.
    errorHandler: (_error, socket) => socket.close(1011),
    // The default hangs up on every caller as soon as the server closes; calls are ended by `stop`, after the drain.
    preClose: (done) => done(),
  });
  // The plugin upgrades any route there is.
  server.addHook('onRequest', async (request, reply) => {
    if (request.ws && !request.is404 && !socketAddresses.has(request.routeOptions.url))
      return reply.callNotFound();
  });
}
