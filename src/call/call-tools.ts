import type { Toolbox, ToolEffect, ToolResult } from '../agent/tool.ts';
import type { CallFact } from './call-event.ts';
import type { CallJournal } from './call-journal.ts';
import type { CallRecord, ToolUse } from './call-record.ts';
import { toolNote } from './conversation-memory.ts';
import type { ModelLink } from './model-link.ts';

/** Results remembered for a session that replaces this one. */
const rememberedNotes = 20;
/** Tool uses kept in the call record; a model in a loop is counted by the metrics. */
const mostUses = 200;
/** Characters kept of arguments of a call that was not made. */
const keptArguments = 2_000;

interface RequestedTool {
  responseId: string;
  callId: string;
  name: string;
  argumentsJson: string;
}

/** What a tool may do to the call itself, the one that goes before the other first. */
const lastActs = ['transfer-agreed', 'end-call'] as const;
type LastAct = (typeof lastActs)[number];

/** Runs the model's tool calls. Speech may be interrupted, work is not: every call ends in exactly one output. */
export class CallTools {
  readonly #toolbox: Toolbox;
  readonly #link: () => ModelLink;
  readonly #journal: () => CallJournal | undefined;
  readonly #tell: (fact: CallFact, atMs: number) => void;
  readonly #nowMs: () => number;
  readonly #isHeld: () => boolean;
  readonly #notes: string[] = [];
  readonly #repliesWithTools = new Set<string>();
  readonly #running = new Set<Promise<unknown>>();
  #uses = 0;

  constructor(parts: {
    toolbox: Toolbox;
    link: () => ModelLink;
    journal: () => CallJournal | undefined;
    tell: (fact: CallFact, atMs: number) => void;
    nowMs: () => number;
    /** A person speaks in the agent's place: nothing is done on its behalf. */
    isHeld: () => boolean;
  }) {
    this.#isHeld = parts.isHeld;
    this.#toolbox = parts.toolbox;
    this.#link = parts.link;
    this.#journal = parts.journal;
    this.#tell = parts.tell;
    this.#nowMs = parts.nowMs;
  }

  /** What the tools have done so far, for a new session. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  /** For a session that replaces this one. */
  remember(note: string): void {
    this.#notes.push(note);
    if (this.#notes.length > rememberedNotes) this.#notes.shift();
  }

  /** Did this reply call a tool? Asked once, when the reply is done. */
  takeCalled(responseId: string): boolean {
    return this.#repliesWithTools.delete(responseId);
  }

  /** @returns what the tool does to the call itself. Never rejects. */
  async run(call: RequestedTool): Promise<LastAct | undefined> {
    const work = this.#perform(call);
    this.#running.add(work);
    try {
      return await work;
    } finally {
      this.#running.delete(work);
    }
  }

  /** What is under way is done and noted: within the tools' own deadline. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #perform(call: RequestedTool): Promise<LastAct | undefined> {
    const session = this.#link().generation;
    this.#repliesWithTools.add(call.responseId);
    const atMs = this.#nowMs();
    const result = this.#isHeld() ? refusedWhileHeld(call) : await this.#toolbox.run(call);
    this.#note(result, atMs);
    // A session opened meanwhile knows nothing of this call; it is told in words what came of it.
    if (session === this.#link().generation)
      this.#link().model?.addToolOutput(call.callId, result.output);
    else this.#link().model?.addText('system', toolNote(result));
    const acts = result.effects.map(({ type }) => type);
    return lastActs.find((act) => acts.includes(act));
  }

  /** What a tool did to the world belongs to the call, also when it came too late for the conversation. */
  noteEffect(effect: ToolEffect, atMs: number): void {
    if (effect.type === 'end-call') return;
    this.#journal()?.noteSoon((record) => noteEffect(record, effect, atMs));
    this.#tell(effect, atMs);
  }

  #note(result: ToolResult, atMs: number): void {
    const use: ToolUse = {
      name: result.name,
      atMs: Math.round(atMs),
      durationMs: Math.round(result.durationMs),
      outcome: result.outcome,
      arguments: result.arguments,
      output: result.output,
    };
    this.remember(toolNote(result));
    this.#uses += 1;
    if (this.#uses <= mostUses) this.#journal()?.toolUsed(use);
    this.#tell({ type: 'tool-used', use }, atMs);
    for (const effect of result.effects) this.noteEffect(effect, atMs);
  }
}

function refusedWhileHeld({ callId, name, argumentsJson }: RequestedTool): ToolResult {
  const message =
    'Uma pessoa da equipe está falando com quem ligou. Não faça nada até ela devolver a ligação.';
  return {
    callId,
    name,
    outcome: 'refused',
    durationMs: 0,
    effects: [],
    arguments: argumentsJson.slice(0, keptArguments),
    output: JSON.stringify({ ok: false, code: 'person-on-call', message }),
  };
}

function noteEffect(
  record: CallRecord,
  effect: Exclude<ToolEffect, { type: 'end-call' }>,
  atMs: number,
): void {
  switch (effect.type) {
    case 'appointment-booked':
    case 'appointment-rescheduled':
      record.appointments.push(effect.appointmentId);
      return;
    case 'appointment-cancelled':
      record.cancelled.push(effect.appointmentId);
      return;
    case 'request-recorded':
      record.requests.push(effect.requestId);
      return;
    case 'transfer-agreed':
      record.transfer = {
        destination: effect.destination,
        outcome: 'agreed',
        atMs: Math.round(atMs),
      };
      return;
    default:
      return effect satisfies never;
  }
}
