import type { TranscriptLine } from './call-record.ts';

/** Lines kept of one call; a 30-minute call has a few hundred. */
const mostLines = 2_000;
/** Audio at the end of a line that may be missing without the line counting as interrupted (ms). */
const unheardToleranceMs = 200;

type AgentSource = 'speech' | 'prompt' | 'person';

interface AgentItem {
  kind: 'agent';
  itemId: string;
  text: string;
  receivedMs: number;
  heardMs: number;
  startMs: number | undefined;
  endMs: number;
  cut: boolean;
  source: AgentSource;
}

interface CallerItem {
  kind: 'caller';
  itemId: string;
  text: string;
  startMs: number;
  endMs: number | undefined;
  source: 'speech' | 'keypad';
}

/** Who said what and when, as it was heard. Times are ms on the recording's clock. */
export class CallTranscript {
  readonly #items = new Map<string, AgentItem | CallerItem>();

  callerStarted(itemId: string, atMs: number): void {
    if (this.#items.size >= mostLines || this.#items.has(itemId)) return;
    this.#items.set(itemId, {
      kind: 'caller',
      itemId,
      text: '',
      startMs: atMs,
      endMs: undefined,
      source: 'speech',
    });
  }

  callerStopped(itemId: string, atMs: number): void {
    const item = this.#items.get(itemId);
    if (item?.kind === 'caller') item.endMs = Math.max(item.startMs, atMs);
  }

  callerSaid(itemId: string, text: string, atMs: number): void {
    this.callerStarted(itemId, atMs);
    const item = this.#items.get(itemId);
    if (item?.kind === 'caller') item.text = text.trim();
  }

  /** @returns the line's item */
  callerTyped(entry: string, atMs: number): string {
    const itemId = `keypad:${this.#items.size}`;
    if (this.#items.size >= mostLines) return itemId;
    this.#items.set(itemId, {
      kind: 'caller',
      itemId,
      text: entry,
      startMs: atMs,
      endMs: atMs,
      source: 'keypad',
    });
    return itemId;
  }

  /** It was noise, not speech. */
  forgetCaller(itemId: string): void {
    if (this.#items.get(itemId)?.kind === 'caller') this.#items.delete(itemId);
  }

  agentText(itemId: string, delta: string, source: AgentSource = 'speech'): void {
    const item = this.#agent(itemId, source);
    if (item) item.text += delta;
  }

  agentReceived(itemId: string, ms: number, source: AgentSource = 'speech'): void {
    const item = this.#agent(itemId, source);
    if (item) item.receivedMs += ms;
  }

  agentHeard(itemId: string, atMs: number, ms: number): void {
    const item = this.#items.get(itemId);
    if (item?.kind !== 'agent') return;
    item.startMs ??= atMs;
    item.heardMs += ms;
    item.endMs = atMs + ms;
  }

  agentCut(itemId: string): void {
    const item = this.#items.get(itemId);
    if (item?.kind === 'agent') item.cut = true;
  }

  agentResumed(itemId: string): void {
    const item = this.#items.get(itemId);
    if (item?.kind === 'agent') item.cut = false;
  }

  /** Words of an agent line between two heard positions, by proportion of its audio. */
  agentWords(itemId: string, fromMs: number, toMs?: number): string {
    const item = this.#items.get(itemId);
    if (item?.kind !== 'agent' || item.receivedMs === 0) return '';
    const from = splitAt(item.text, fromMs / item.receivedMs)[0].length;
    const to = splitAt(item.text, (toMs ?? item.heardMs) / item.receivedMs)[0].length;
    return item.text.slice(from, to).trim();
  }

  agentHeardMs(itemId: string): number {
    const item = this.#items.get(itemId);
    return item?.kind === 'agent' ? item.heardMs : 0;
  }

  /** In spoken order; lines that nobody heard or understood are left out. */
  lines(): TranscriptLine[] {
    return this.#inOrder(agentLine);
  }

  /** The same, with the words that are on their way to the caller and were not cut. */
  linesWithUnheard(): TranscriptLine[] {
    return this.#inOrder(sentAgentLine);
  }

  #inOrder(toAgentLine: (item: AgentItem) => TranscriptLine | undefined): TranscriptLine[] {
    const lines: TranscriptLine[] = [];
    for (const item of this.#items.values()) {
      const line = item.kind === 'caller' ? callerLine(item) : toAgentLine(item);
      if (line) lines.push(line);
    }
    return lines.sort((a, b) => a.startMs - b.startMs);
  }

  #agent(itemId: string, source: AgentSource): AgentItem | undefined {
    const item = this.#items.get(itemId);
    if (item) return item.kind === 'agent' ? item : undefined;
    if (this.#items.size >= mostLines) return undefined;
    const created: AgentItem = {
      kind: 'agent',
      itemId,
      text: '',
      receivedMs: 0,
      heardMs: 0,
      startMs: undefined,
      endMs: 0,
      cut: false,
      source,
    };
    this.#items.set(itemId, created);
    return created;
  }
}

function callerLine(item: CallerItem): TranscriptLine | undefined {
  if (item.text === '') return undefined;
  return {
    speaker: 'caller',
    text: item.text,
    startMs: Math.round(item.startMs),
    ...(item.endMs === undefined ? {} : { endMs: Math.round(item.endMs) }),
    source: item.source,
    itemId: item.itemId,
  };
}

function agentLine(item: AgentItem): TranscriptLine | undefined {
  if (item.startMs === undefined || item.text.trim() === '') return undefined;
  const unheardMs = item.receivedMs - item.heardMs;
  const short = item.cut || unheardMs > unheardToleranceMs;
  const [heard, unheard] = short
    ? splitAt(item.text, item.heardMs / item.receivedMs)
    : [item.text, ''];
  if (heard.trim() === '') return undefined;
  return {
    speaker: 'agent',
    text: heard.trim(),
    startMs: Math.round(item.startMs),
    endMs: Math.round(item.endMs),
    ...(item.cut ? { interrupted: true as const } : {}),
    ...(unheard.trim() === '' ? {} : { unheardText: unheard.trim() }),
    source: item.source,
    itemId: item.itemId,
  };
}

/** What is not heard yet comes last. */
function sentAgentLine(item: AgentItem): TranscriptLine | undefined {
  if (item.cut) return agentLine(item);
  const startMs = item.startMs ?? Number.MAX_SAFE_INTEGER;
  return agentLine({ ...item, startMs, heardMs: item.receivedMs });
}

/** Splits a text at a fraction of its length, at the nearest word boundary before it. */
export function splitAt(text: string, fraction: number): [string, string] {
  if (!(fraction < 1)) return [text, ''];
  const target = Math.round(text.length * Math.max(0, fraction));
  const boundary = /\s/.test(text[target] ?? ' ') ? target : text.lastIndexOf(' ', target) + 1;
  return [text.slice(0, boundary), text.slice(boundary)];
}
