import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireBearer } from '../platform/problem.ts';
import { answerRange } from './byte-range.ts';
import type { CallRecord, CallStore } from './call-record.ts';
import { openRecording } from './recording-reader.ts';

export interface CallApiOptions {
  store: CallStore;
  recordingsDirectory: string;
  /** Whether this request may read every call: a bearer key or a signed-in session. */
  authorise: (request: FastifyRequest) => boolean;
}

const idShape = /^[a-z2-7]{26}$/;
const usualPage = 50;
/** A page of 200 calls is about 200 KB of summaries, each read from its own file. */
const longestPage = 200;
/** A cursor is an instant and an id. */
const longestCursor = 100;

type Ids = { Params: { id: string } };
type Queries = { Querystring: Record<string, unknown> };

/**
 * Calls, their transcripts and recordings, for those who may see them. Errors are `{error: {code, message}}`.
 * A plugin for `app.register`: its hook is for these routes only.
 */
export function callApiRoutes(
  app: FastifyInstance,
  options: CallApiOptions,
  done: () => void,
): void {
  const { store, recordingsDirectory, authorise } = options;
  requireBearer(app, authorise);

  app.get<Queries>('/api/v1/calls', async (request, reply) => {
    const page = parsePage(request.query);
    if (!page) return refuse(reply, 400, 'invalid-request', `limit is 1 to ${longestPage}`);
    const { calls, nextBefore } = await store.list(page);
    return { calls: calls.map(toSummary), ...(nextBefore ? { nextBefore } : {}) };
  });

  app.get<Ids>('/api/v1/calls/:id', async (request, reply) => {
    return (await findCall(store, request.params.id)) ?? refuseUnknown(reply);
  });

  app.get<Ids>('/api/v1/calls/:id/transcript', async (request, reply) => {
    const call = await findCall(store, request.params.id);
    if (!call) return refuseUnknown(reply);
    return { id: call.id, state: call.state, transcript: call.transcript };
  });

  // Named, because the HEAD that comes with a GET route would read the whole file to throw it away.
  const method = ['GET', 'HEAD'];
  const url = '/api/v1/calls/:id/recording';
  app.route<Ids & Queries>({ method, url, handler: handleRecording });
  done();

  async function handleRecording(request: FastifyRequest<Ids & Queries>, reply: FastifyReply) {
    const call = await findCall(store, request.params.id);
    if (!call) return refuseUnknown(reply);
    const { format } = request.query;
    if (format !== undefined && format !== 'pcm16') {
      return refuse(reply, 400, 'invalid-request', 'format is pcm16 or left out');
    }
    const recording = await openRecording(recordingsDirectory, call);
    if (!recording)
      return refuse(reply, 404, 'no-recording', 'this call has no finished recording');
    const kind = format ?? 'ulaw';
    const { status, headers, range } = answerRange(request.headers, recording.sizeOf(kind));
    reply.headers(headers);
    if (!range || request.method === 'HEAD') await recording.close();
    if (!range)
      return refuse(reply, 416, 'range-not-satisfiable', 'one range of bytes inside the recording');
    reply.code(status).type('audio/wav');
    return reply.send(request.method === 'HEAD' ? undefined : recording.stream(kind, range));
  }
}

function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply.code(status).type('application/json').send({ error: { code, message } });
}

function refuseUnknown(reply: FastifyReply): FastifyReply {
  return refuse(reply, 404, 'not-found', 'there is no such call');
}

/** An identifier that cannot be one is the same as one that does not exist. */
async function findCall(store: CallStore, id: string): Promise<CallRecord | undefined> {
  return idShape.test(id) ? store.find(id) : undefined;
}

function parsePage(query: Record<string, unknown>): { limit: number; before?: string } | undefined {
  const { limit = String(usualPage), before } = query;
  if (typeof limit !== 'string' || !/^\d{1,3}$/.test(limit)) return undefined;
  const count = Number(limit);
  if (count < 1 || count > longestPage) return undefined;
  if (before === undefined) return { limit: count };
  return typeof before === 'string' && before.length <= longestCursor
    ? { limit: count, before }
    : undefined;
}

/** A list is for choosing a call: what was said and done is read one call at a time. */
function toSummary({ transcript, tools, ...summary }: CallRecord) {
  return { ...summary, transcriptLines: transcript.length, toolCalls: tools.length };
}
