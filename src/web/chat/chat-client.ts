import type { ChatAnswerView, ChatHistoryView } from '../../messaging/chat-view.ts';

/** A refusal that can be shown; status 0: nobody answered. */
export class ChatProblem extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ChatProblem';
    this.status = status;
  }
}

/** An answer of the agent may take several rounds with its model. */
const patienceMs = 90_000;

const clinic = new URLSearchParams(location.search).get('clinic') ?? undefined;

export async function fetchHistory(): Promise<ChatHistoryView> {
  const query = clinic === undefined ? '' : `?clinic=${encodeURIComponent(clinic)}`;
  const response = await ask('GET', `/chat/history${query}`);
  return (await response.json()) as ChatHistoryView;
}

export async function begin(name: string): Promise<void> {
  await ask('POST', '/initial-message', { message: name, ...(clinic ? { clinic } : {}) });
}

export async function say(message: string): Promise<ChatAnswerView> {
  const response = await ask('POST', '/chat', { message });
  return (await response.json()) as ChatAnswerView;
}

export async function leave(): Promise<void> {
  await ask('DELETE', '/chat/history');
}

/** @param grown is told the whole answer so far, each time it has grown @returns the whole answer */
export async function askAgent(message: string, grown: (text: string) => void): Promise<string> {
  const response = await ask('POST', '/chat_ai', { message }, 'text/event-stream');
  let text = '';
  for await (const { name, data } of eventsIn(response)) {
    if (name === 'final') return String(data.answer ?? text);
    text += String(data.text ?? '');
    grown(text);
  }
  // Cut off in the middle: what was kept is in the history.
  throw new ChatProblem(0, '');
}

async function ask(
  method: string,
  path: string,
  body?: object,
  accept = 'application/json',
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: { accept, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(patienceMs),
    });
  } catch {
    throw new ChatProblem(0, '');
  }
  if (response.ok) return response;
  const said = (await response.json().catch(() => ({}))) as { message?: string };
  throw new ChatProblem(response.status, said.message ?? '');
}

/** Server-sent events of one answer. */
async function* eventsIn(
  response: Response,
): AsyncIterable<{ name: string; data: Record<string, unknown> }> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const read = await reader?.read().catch(() => undefined);
    if (!read || read.done) return;
    const blocks = `${rest}${read.value}`.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const name = /^event: (.*)$/m.exec(block)?.[1] ?? '';
      const data = /^data: (.*)$/m.exec(block)?.[1] ?? '{}';
      yield { name, data: JSON.parse(data) as Record<string, unknown> };
    }
  }
}
