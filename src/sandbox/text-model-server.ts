import { createHash } from 'node:crypto';
import { type FastifyReply, fastify } from 'fastify';
import type { Clock } from '../platform/clock.ts';
import { createId } from '../platform/id.ts';
import type { DialogueLine } from './dialogue-state.ts';
import { answer, type DialogueContext, type ReceptionistReply } from './receptionist.ts';
import {
  parseResponsesRequest,
  type ResponsesRequest,
  toDialogueLines,
} from './responses-request.ts';

/** Requests remembered for tests. */
const mostRequests = 500;
const longestBody = 8 * 1024 * 1024;
/** Voice notes whose words are known. */
const mostNotes = 1_000;

/** Trouble that the next request meets: a status, or a stream that breaks off in its middle. */
export type TextModelFault = 'rate-limit' | 'server-error' | 'quota' | 'breaks-off' | 'silence';

/** A loopback stand-in for the Responses API (streaming, function tools) and for transcriptions. */
export interface SandboxTextModel {
  /** `http://127.0.0.1:<port>/v1` */
  readonly url: string;
  readonly requests: readonly ResponsesRequest[];
  failNext(fault: TextModelFault): void;
  /** The fake hears in a voice note what it was told is in it. */
  teach(note: Buffer, words: string): void;
  close(): Promise<void>;
}

export interface SandboxTextModelOptions {
  clock: Clock;
  /** Milliseconds between two pieces of an answer; none when left out. */
  paceMs?: number;
  /** Instead of the receptionist. */
  decide?: (lines: readonly DialogueLine[], context: DialogueContext) => ReceptionistReply;
}

export async function startSandboxTextModel(
  options: SandboxTextModelOptions,
): Promise<SandboxTextModel> {
  const app = fastify({ logger: false, forceCloseConnections: true, bodyLimit: longestBody });
  const requests: ResponsesRequest[] = [];
  const faults: TextModelFault[] = [];
  const notes = new Map<string, string>();

  app.addContentTypeParser(/^multipart\/form-data/, { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  app.addHook('onRequest', async (request, reply) => {
    if (/^Bearer \S+$/.test(request.headers.authorization ?? '')) return;
    return fail(reply, 401, 'invalid_api_key', 'Incorrect API key provided.');
  });
  app.post('/v1/responses', async (request, reply) => {
    const parsed = parseResponsesRequest(request.body);
    if ('error' in parsed) {
      const { code, message, param } = parsed.error;
      return fail(reply, 400, code, message, param);
    }
    requests.push(parsed.request);
    if (requests.length > mostRequests) requests.shift();
    const fault = faults.shift();
    if (fault === 'rate-limit') {
      reply.header('retry-after', '0.05');
      return fail(reply, 429, 'rate_limit_exceeded', 'Rate limit reached.');
    }
    if (fault === 'quota')
      return fail(reply, 429, 'insufficient_quota', 'You exceeded your current quota.');
    if (fault === 'server-error') return fail(reply, 500, 'server_error', 'Server had an error.');
    reply.hijack();
    if (fault === 'silence') return;
    await stream(reply, parsed.request, options, fault === 'breaks-off');
  });
  app.post('/v1/audio/transcriptions', async (request, reply) => {
    const file = fileOf(request.body);
    if (!file) return fail(reply, 400, 'invalid_value', 'file is required', 'file');
    return reply.send({ text: notes.get(digest(file)) ?? '' });
  });

  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url: `${address}/v1`,
    requests,
    failNext: (fault) => {
      faults.push(fault);
    },
    teach(note, words) {
      notes.set(digest(note), words);
      const [oldest] = notes.keys();
      if (notes.size > mostNotes && oldest !== undefined) notes.delete(oldest);
    },
    close: () => app.close(),
  };
}

function fail(reply: FastifyReply, status: number, code: string, message: string, param?: string) {
  const type = status === 429 ? 'rate_limit_error' : 'invalid_request_error';
  return reply.code(status).send({ error: { message, type, param: param ?? null, code } });
}

/** One answer as the service streams it: each item added, written and done, then the whole response. */
async function stream(
  reply: FastifyReply,
  request: ResponsesRequest,
  options: SandboxTextModelOptions,
  breaksOff: boolean,
): Promise<void> {
  const { clock, paceMs, decide = answer } = options;
  const raw = reply.raw;
  raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  let sequence = 0;
  const send = (type: string, fields: Record<string, unknown>) => {
    const event = { type, sequence_number: sequence++, ...fields };
    raw.write(`event: ${type}\ndata: ${JSON.stringify(event)}\n\n`);
  };
  const tools = request.tools ?? [];
  const said = decide(toDialogueLines(request.input), {
    instructions: request.instructions,
    tools: tools.map(({ name, parameters }) => ({ name, parameters })),
  });
  const response = {
    id: `resp_${createId()}`,
    object: 'response',
    created_at: Math.floor(clock.wallMs() / 1_000),
    model: request.model,
    status: 'in_progress',
    output: [] as unknown[],
    parallel_tool_calls: false,
    tools: request.tools ?? [],
    error: null,
    incomplete_details: null,
    usage: null,
  };
  send('response.created', { response });
  if (said.say) {
    const item = await sendText(send, said.say, response.output.length, { paceMs, breaksOff });
    if (breaksOff) return void raw.destroy();
    response.output.push(item);
  } else if (breaksOff) return void raw.destroy();
  if (said.call) response.output.push(sendCall(send, said.call, response.output.length));
  const usage = toUsage(request, response.output);
  send('response.completed', { response: { ...response, status: 'completed', usage } });
  raw.end();
}

type Send = (type: string, fields: Record<string, unknown>) => void;

async function sendText(
  send: Send,
  text: string,
  output_index: number,
  { paceMs, breaksOff }: { paceMs: number | undefined; breaksOff: boolean },
) {
  const item_id = `msg_${createId()}`;
  const at = { item_id, output_index, content_index: 0 };
  const item = { id: item_id, type: 'message', role: 'assistant', status: 'in_progress' };
  send('response.output_item.added', { output_index, item: { ...item, content: [] } });
  const pieces = text.match(/\S+\s*/g) ?? [text];
  for (const [index, delta] of pieces.entries()) {
    if (breaksOff && index >= pieces.length / 2) return item;
    if (paceMs) await new Promise((resolve) => setTimeout(resolve, paceMs));
    send('response.output_text.delta', { ...at, delta, logprobs: [] });
  }
  send('response.output_text.done', { ...at, text, logprobs: [] });
  const part = { type: 'output_text', text, annotations: [], logprobs: [] };
  const done = { ...item, status: 'completed', content: [part] };
  send('response.output_item.done', { output_index, item: done });
  return done;
}

function sendCall(
  send: Send,
  call: { name: string; arguments: Record<string, unknown> },
  output_index: number,
) {
  const item = {
    id: `fc_${createId()}`,
    type: 'function_call',
    call_id: `call_${createId()}`,
    name: call.name,
    arguments: JSON.stringify(call.arguments),
    status: 'completed',
  };
  const at = { item_id: item.id, output_index };
  send('response.output_item.added', {
    output_index,
    item: { ...item, arguments: '', status: 'in_progress' },
  });
  send('response.function_call_arguments.delta', { ...at, delta: item.arguments });
  send('response.function_call_arguments.done', { ...at, arguments: item.arguments });
  send('response.output_item.done', { output_index, item });
  return item;
}

/** Some four characters a token. */
function toUsage(request: ResponsesRequest, output: unknown) {
  const tokens = (value: unknown) => Math.ceil(JSON.stringify(value).length / 4);
  const input_tokens = tokens([request.instructions, request.input, request.tools]);
  const output_tokens = tokens(output);
  return {
    input_tokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input_tokens + output_tokens,
  };
}

/** The one file of a form: between its head and the next boundary. */
function fileOf(body: unknown): Buffer | undefined {
  if (!Buffer.isBuffer(body)) return undefined;
  const head = body.indexOf('filename=');
  const start = head < 0 ? -1 : body.indexOf('\r\n\r\n', head);
  const boundary = body.subarray(0, body.indexOf('\r\n'));
  const end = start < 0 ? -1 : body.indexOf(Buffer.concat([Buffer.from('\r\n'), boundary]), start);
  return end < 0 ? undefined : body.subarray(start + 4, end);
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
