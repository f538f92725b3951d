import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireBearer } from '../platform/problem.ts';
import type { CallRecord, CallStore } from './call-record.ts';
import { exportPcm16, longestExportBytes } from './recording-export.ts';

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
/** Each conversion holds a thread and up to 450 MB; more than two at once wait at the client. */
const mostExports = 2;

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
  let exporting = 0;

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
    const path = recordingPath(recordingsDirectory, call);
    const recording = path === undefined ? undefined : await openRecording(path);
    if (path === undefined || recording === undefined) {
      return refuse(reply, 404, 'no-recording', 'this call has no finished recording');
    }
    if (format === undefined) return sendRecording(request, reply, recording);
    await recording.file.close();
    if (request.method === 'HEAD') return reply.type('audio/wav').send();
    if (recording.size > longestExportBytes) {
      return refuse(reply, 413, 'too-long', 'this recording is too long to convert');
    }
    if (exporting >= mostExports) {
      reply.header('retry-after', '5');
      return refuse(reply, 503, 'busy', 'other recordings are being converted');
    }
    exporting += 1;
    try {
      return await reply.type('audio/wav').send(await exportPcm16(path));
    } finally {
      exporting -= 1;
    }
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

/** From the record alone, and inside the directory whatever it says. */
function recordingPath(directory: string, call: CallRecord): string | undefined {
  const file = call.recording && basename(call.recording.file);
  return file?.endsWith('.wav') ? join(directory, file) : undefined;
}

interface OpenRecording {
  file: Awaited<ReturnType<typeof open>>;
  size: number;
}

async function openRecording(path: string): Promise<OpenRecording | undefined> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return undefined;
  const { size } = await file.stat();
  return { file, size };
}

async function sendRecording(
  request: FastifyRequest,
  reply: FastifyReply,
  { file, size }: OpenRecording,
): Promise<FastifyReply> {
  // There is no validator that an `If-Range` could match: such a request gets the whole.
  const asked = request.headers['if-range'] === undefined ? request.headers.range : undefined;
  const range = parseRange(asked, size);
  reply.header('accept-ranges', 'bytes');
  if (range === 'unsatisfiable') {
    await file.close();
    reply.header('content-range', `bytes */${size}`);
    return refuse(reply, 416, 'range-not-satisfiable', 'one range of bytes inside the recording');
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  if (range) reply.code(206).header('content-range', `bytes ${start}-${end}/${size}`);
  reply.type('audio/wav').header('content-length', end - start + 1);
  if (request.method === 'HEAD' || size === 0) {
    await file.close();
    return reply.send();
  }
  // Reads only as fast as the client does, and is closed with its connection.
  return reply.send(file.createReadStream({ start, end }));
}

/**
 * One range of RFC 9110: `bytes=a-b`, `bytes=a-`, `bytes=-n`. Units we do not know are ignored, as it says; several ranges,
 * and what cannot be read as one, are refused.
 */
export function parseRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  if (header === undefined || !/^bytes=/i.test(header)) return undefined;
  const [, first, last] = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header) ?? [];
  if (first === undefined || last === undefined || first + last === '') return 'unsatisfiable';
  if (first === '') {
    const count = Math.min(Number(last), size);
    return count > 0 ? { start: size - count, end: size - 1 } : 'unsatisfiable';
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start < size && start <= end ? { start, end } : 'unsatisfiable';
}
