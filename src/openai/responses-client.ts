import type OpenAI from 'openai';
import type {
  ResponseCreateParamsStreaming,
  ResponseFunctionToolCall,
  ResponseInputItem,
  ResponseOutputItem,
  ResponseStreamEvent,
} from 'openai/resources/responses/responses';
import { CodedError, hasCode } from '../platform/errors.ts';
import { at } from './wire-fields.ts';

/** One try, from the request to the first event: a service that says nothing for so long is not there. */
const firstEventMs = 20_000;
/** Tries of one request before anything of its answer was read; then there is no going back. */
const mostTries = 3;
/** A service may ask for patience, up to this; the SDK itself would obey an hour. */
const longestPauseMs = 5_000;
const usualPauseMs = 400;

/** What a request is made of; the same shape as the text channels'. */
interface Request {
  model?: string;
  instructions: string;
  items: readonly Item[];
  tools: readonly { name: string; description: string; parameters: Record<string, unknown> }[];
  safetyIdentifier: string;
  maxOutputTokens: number;
  signal?: AbortSignal;
}

type Item =
  | { type: 'message'; role: 'user' | 'assistant' | 'developer'; text: string }
  | { type: 'call'; callId: string; name: string; arguments: string }
  | { type: 'output'; callId: string; output: string }
  | { type: 'replay'; value: unknown };

type Event =
  | { type: 'delta'; text: string }
  | {
      type: 'done';
      text: string;
      calls: { callId: string; name: string; argumentsJson: string }[];
      replay: Item[];
      usage: { inputTokens: number; outputTokens: number };
      isCut: boolean;
    };

export interface ResponsesClient {
  /** Streams one answer. Rejects with TEXT_MODEL_FAILED, whose message carries status and code and nothing that was said. */
  respond(request: Request): AsyncIterable<Event>;
}

export interface ResponsesClientOptions {
  /** `https://api.openai.com/v1` */
  baseUrl: string;
  apiKey: string;
  /** Used when a request names none. */
  model: string;
  pause?: (ms: number) => Promise<void>;
}

/**
 * The Responses API without state there: nothing is stored (`store: false`), every request carries what the model is to
 * know, and the model's own items are handed back within one reply.
 */
export function createResponsesClient(options: ResponsesClientOptions): ResponsesClient {
  const pause = options.pause ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  let loading: Promise<OpenAI> | undefined;

  async function open(request: Request): Promise<AsyncIterable<ResponseStreamEvent>> {
    loading ??= loadClient(options);
    const client = await loading;
    const body = toBody(request, options.model);
    for (let tries = 1; ; tries += 1) {
      const failure = await client.responses
        .create(body, { timeout: firstEventMs, signal: request.signal ?? null })
        .then(
          (stream) => ({ stream }),
          (error: unknown) => ({ error }),
        );
      if ('stream' in failure) return failure.stream;
      const { error } = failure;
      if (tries === mostTries || request.signal?.aborted || !mayPass(error)) throw coded(error);
      await pause(pauseAfter(error, tries));
    }
  }

  return {
    async *respond(request) {
      const stream = await open(request);
      let isDone = false;
      try {
        for await (const event of stream) {
          const read = readEvent(event);
          if (read?.type === 'done') isDone = true;
          if (read) yield read;
        }
      } catch (error) {
        throw coded(error);
      }
      if (!isDone) throw new CodedError('TEXT_MODEL_FAILED', 'the answer broke off');
    },
  };
}

/** The package is loaded by who uses it. It waits as long as a server asks, so it does not retry. */
async function loadClient({ baseUrl, apiKey }: ResponsesClientOptions): Promise<OpenAI> {
  const { default: Client } = await import('openai');
  return new Client({ baseURL: baseUrl, apiKey, maxRetries: 0, timeout: firstEventMs });
}

/** Families that think before they write, and take their thoughts back sealed. */
const reasoning = /^(gpt-[5-9]|o\d)/;

function toBody(request: Request, usualModel: string): ResponseCreateParamsStreaming {
  const { tools, instructions } = request;
  const model = request.model ?? usualModel;
  return {
    model,
    instructions,
    input: request.items.map(toInput),
    stream: true,
    store: false,
    max_output_tokens: request.maxOutputTokens,
    safety_identifier: request.safetyIdentifier,
    ...(reasoning.test(model) ? { include: ['reasoning.encrypted_content'] as const } : {}),
    ...(tools.length > 0
      ? {
          tools: tools.map(({ name, description, parameters }) => ({
            type: 'function' as const,
            name,
            description,
            parameters,
            strict: false,
          })),
          // A booking is one step after another: what a tool answers decides the next.
          parallel_tool_calls: false,
        }
      : {}),
  } as ResponseCreateParamsStreaming;
}

function toInput(item: Item): ResponseInputItem {
  switch (item.type) {
    case 'message':
      return { role: item.role, content: item.text };
    case 'call':
      return {
        type: 'function_call',
        call_id: item.callId,
        name: item.name,
        arguments: item.arguments,
      };
    case 'output':
      return { type: 'function_call_output', call_id: item.callId, output: item.output };
    case 'replay':
      return item.value as ResponseInputItem;
  }
}

/** @throws when the response failed */
function readEvent(event: ResponseStreamEvent): Event | undefined {
  switch (event.type) {
    case 'response.output_text.delta':
      return { type: 'delta', text: event.delta };
    case 'response.refusal.delta':
      return { type: 'delta', text: event.delta };
    case 'response.completed':
    case 'response.incomplete': {
      const { output, usage } = event.response;
      const isCut = event.type === 'response.incomplete';
      return {
        type: 'done',
        text: textOf(output),
        // What was cut off may not be what was meant.
        calls: isCut ? [] : output.filter(isCall).map(toCall),
        replay: isCut ? [] : output.flatMap(toReplay),
        usage: { inputTokens: usage?.input_tokens ?? 0, outputTokens: usage?.output_tokens ?? 0 },
        isCut,
      };
    }
    case 'response.failed':
      throw failed(event.response.error?.code);
    case 'error':
      throw failed(event.code);
    default:
      return undefined;
  }
}

const failed = (code: string | null | undefined) =>
  new CodedError('TEXT_MODEL_FAILED', `the response failed: ${code ?? 'without a code'}`);

function isCall(item: ResponseOutputItem): item is ResponseFunctionToolCall {
  return item.type === 'function_call';
}

function toCall({ call_id, name, arguments: argumentsJson }: ResponseFunctionToolCall) {
  return { callId: call_id, name, argumentsJson };
}

function textOf(output: readonly ResponseOutputItem[]): string {
  return output
    .flatMap((item) => (item.type === 'message' ? item.content : []))
    .map((part) => (part.type === 'output_text' ? part.text : part.refusal))
    .join('');
}

/** Without ids: nothing is stored there under them. A thought is handed back only when it came sealed. */
function toReplay(item: ResponseOutputItem): Item[] {
  if (item.type === 'reasoning') {
    const { id, summary, encrypted_content, type } = item;
    return encrypted_content
      ? [{ type: 'replay', value: { type, id, summary, encrypted_content } }]
      : [];
  }
  if (isCall(item)) {
    const { callId, name, argumentsJson } = toCall(item);
    return [{ type: 'call', callId, name, arguments: argumentsJson }];
  }
  const text = textOf([item]);
  return text ? [{ type: 'message', role: 'assistant', text }] : [];
}

/** Too many at once, trouble over there, a bad line. Not a quota that is used up: it stays so. */
function mayPass(error: unknown): boolean {
  const status = at(error, 'status');
  if (hasCode(error, 'insufficient_quota')) return false;
  if (typeof status !== 'number') return !(error instanceof CodedError);
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

function pauseAfter(error: unknown, tries: number): number {
  const headers = at(error, 'headers');
  const asked = headers instanceof Headers ? Number(headers.get('retry-after')) * 1_000 : 0;
  const own = usualPauseMs * 2 ** (tries - 1) * (0.75 + Math.random() / 2);
  return Math.min(Math.max(asked || 0, own), longestPauseMs);
}

/** Its message may quote what was sent: only status and code are kept. */
function coded(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  const name = error instanceof Error ? error.name : undefined;
  const what = [at(error, 'status'), at(error, 'code'), name].filter(
    (part) => typeof part === 'string' || typeof part === 'number',
  );
  return new CodedError('TEXT_MODEL_FAILED', `the model did not answer: ${what.join(' ')}`);
}
