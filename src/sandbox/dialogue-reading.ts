import { afterCaller } from './dialogue-caller.ts';
import { placeNotes } from './dialogue-notes.ts';
import {
  type DialogueLine,
  type DialogueState,
  emptyState,
  type ReceptionistTool,
} from './dialogue-state.ts';
import { afterTool, contactTool } from './dialogue-tools.ts';
import { hasTool, nextMove } from './receptionist-moves.ts';

/** Reads the whole conversation as it stands now. */
export function readConversation(
  lines: readonly DialogueLine[],
  tools: readonly ReceptionistTool[],
): DialogueState {
  const begun: DialogueState = hasTool(tools, contactTool)
    ? { ...emptyState(), task: 'contact' }
    : emptyState();
  return placeNotes(lines).reduce((state, line) => advance(state, line, tools), begun);
}

/** One step of reading: (state, line) → state. */
function advance(
  state: DialogueState,
  line: DialogueLine,
  tools: readonly ReceptionistTool[],
): DialogueState {
  switch (line.kind) {
    case 'agent':
      return afterAgent(state, line.text, tools);
    case 'caller':
      return startNext(afterCaller(state, line.text));
    case 'tool-call':
      return afterCall(state, line.callId, line.name);
    case 'tool-output':
      return startNext(afterTool(state, line.callId, line.output));
    case 'note':
      return state;
  }
}

/** What the agent said put the question that was due; what nobody heard did not. */
function afterAgent(
  state: DialogueState,
  text: string,
  tools: readonly ReceptionistTool[],
): DialogueState {
  if (text.trim() === '') return state;
  if (state.calls.pending.size > 0) return { ...state, last: 'agent' };
  const { aside: _, untold: __, asked: ___, ...rest } = state;
  const move = nextMove(state, tools);
  return {
    ...rest,
    last: 'agent',
    named: false,
    ...('topic' in move ? { asked: move.topic } : {}),
  };
}

function afterCall(state: DialogueState, callId: string, name: string): DialogueState {
  const { pending, all, sinceCaller } = state.calls;
  return {
    ...state,
    last: 'agent',
    calls: {
      pending: new Map(pending).set(callId, name),
      all: all + 1,
      sinceCaller: sinceCaller + 1,
    },
  };
}

/** Of several services named at once, the next is looked for as soon as one is held. */
function startNext(state: DialogueState): DialogueState {
  const { visit } = state;
  const [service, ...queue] = visit.queue;
  if (state.task !== 'booking' || !service || !visit.held) return state;
  const { practitioner: _, ...facts } = state.facts;
  return {
    ...state,
    facts: { ...facts, service },
    visit: { ...visit, queue, choosing: true, searched: false, offers: [], held: false },
  };
}
