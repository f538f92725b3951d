import {
  type DialogueState,
  endTask,
  seekTime,
  startTask,
  unsettled,
  withFacts,
  without,
  withVisit,
} from './dialogue-state.ts';
import { readToolOutput, type ToolOutput } from './tool-output.ts';
import type { Field } from './utterance.ts';

/** What a tool's answer changes. Pure: (state, answer) → state. */

/** The same refusal this often in a row: a person must help. */
const mostRefusals = 3;

export const endTool = 'end_call';
export const transferTool = 'transfer_call';
export const stopTool = 'stop_calls';
export const contactTool = 'answer_contact';
export const listTool = 'list_services';
export const subjectTool = 'change_subject';

export function afterTool(state: DialogueState, callId: string, json: string): DialogueState {
  const tool = state.calls.pending.get(callId) ?? '';
  const pending = new Map(state.calls.pending);
  pending.delete(callId);
  const output = readToolOutput(json);
  const { asked: _, ...unasked } = state;
  const told: DialogueState = {
    ...unasked,
    calls: { ...state.calls, pending },
    last: 'tool',
    untold: { ...output, tool },
  };
  return countRefusal(
    output.ok ? accepted(told, tool, output) : refused(told, tool, output),
    tool,
    output,
  );
}

function countRefusal(state: DialogueState, tool: string, output: ToolOutput): DialogueState {
  if (output.ok) return state;
  const key = `${tool} ${output.code} ${output.field ?? ''}`;
  const times = state.refusal.key === key ? state.refusal.times + 1 : 1;
  const counted = { ...state, refusal: { key, times } };
  return times < mostRefusals || state.ending ? counted : { ...counted, ending: 'giving-up' };
}

function accepted(state: DialogueState, tool: string, output: ToolOutput): DialogueState {
  switch (tool) {
    case 'find_slots':
      return offered(state, output);
    case 'hold_slots':
      return withVisit(withNeeds(state, output.message), {
        ...unsettled,
        held: true,
        choosing: false,
      });
    case 'choose_payment':
      return paid(state, output);
    case 'review_appointment':
      return withVisit(state, { reviewed: true, agreed: false });
    case 'confirm_appointment':
      return confirmed(state);
    case 'find_appointments':
      return shown(state, output);
    case 'cancel_appointment':
      return { ...endTask(state), booked: stillBooked(state) };
    case 'send_code':
      return withVisit(state, { identity: 'code-sent' });
    case 'check_code':
      return without(withVisit(state, { identity: 'verified' }), 'code');
    case 'service_details':
      return explained(state);
    case 'clinic_info':
    case listTool:
      return answered(state);
    // The tool that was missing is there now.
    case subjectTool:
      return state;
    case contactTool:
      return contactWritten(state);
    case endTool:
      return { ...state, ending: 'ended' };
    default:
      return endTask(state);
  }
}

/** Who wants another time is helped to it; with everybody else the matter is settled. */
function contactWritten(state: DialogueState): DialogueState {
  return state.contact.answer === 'wants-to-move'
    ? startTask(state, 'moving', false)
    : endTask(state);
}

function offered(state: DialogueState, output: ToolOutput): DialogueState {
  return withVisit(state, {
    offers: output.slots,
    searched: true,
    nothingFree: output.slots.length === 0,
    suggestions: [],
  });
}

function paid(state: DialogueState, { message }: ToolOutput): DialogueState {
  const payment = state.visit.payment === 'unsaid' ? 'news' : 'told';
  const needed = withNeeds(state, message);
  return withVisit(needed, { paid: true, payment, reviewed: false, agreed: false });
}

/** How the tools name the data that a clinic asks for. */
const dataWords: [Field, RegExp][] = [
  ['birth_date', /data de nascimento/i],
  ['rg', /\bRG\b/],
  ['cpf', /\bCPF\b/],
  ['address', /endereço/i],
];

/** “Preciso dos dados: nome completo, data de nascimento e RG.” */
function withNeeds(state: DialogueState, message: string): DialogueState {
  const list = /\bpreciso d[^.?]*/i.exec(message)?.[0] ?? '';
  const named = dataWords.filter(([, words]) => words.test(list)).map(([field]) => field);
  return withVisit(state, { needed: [...new Set([...state.visit.needed, ...named])] });
}

function confirmed(state: DialogueState): DialogueState {
  const spoken = state.visit.basket.map((time) => time.spoken).filter((text) => text !== '');
  return { ...endTask(state), booked: [...stillBooked(state), ...spoken] };
}

/** Without the one that was moved or cancelled. */
function stillBooked({ booked, visit }: DialogueState): readonly string[] {
  const gone = visit.appointment?.spoken;
  return gone === undefined ? booked : booked.filter((spoken) => !gone.includes(spoken));
}

function shown(state: DialogueState, output: ToolOutput): DialogueState {
  const [only] = output.appointments;
  if (!only) return endTask(state);
  const { appointments } = output;
  const found = withVisit(state, { identity: 'shown', appointments });
  return appointments.length === 1 ? chooseAppointment(found, only) : found;
}

/** The appointment this is about. A move looks for the same service again. */
export function chooseAppointment(
  state: DialogueState,
  appointment: DialogueState['visit']['appointments'][number],
): DialogueState {
  const chosen = withVisit(state, { appointment });
  const { professional, service } = appointment;
  return withFacts(chosen, { service, ...(professional ? { practitioner: professional } : {}) });
}

function answered(state: DialogueState): DialogueState {
  const { question: _, ...rest } = state;
  return rest;
}

/** Who is not doing anything else may want to book what was explained. */
function explained(state: DialogueState): DialogueState {
  const rest = answered(state);
  return state.task ? rest : { ...rest, mayBook: true };
}

function refused(state: DialogueState, tool: string, output: ToolOutput): DialogueState {
  switch (tool) {
    case 'find_slots':
    case 'service_details':
    case 'join_waiting_list':
      return searchRefused(state, tool, output);
    case 'hold_slots':
      return holdRefused(state, output);
    case 'choose_payment':
      return paymentRefused(state, output);
    case 'review_appointment':
    case 'confirm_appointment':
      return bookingRefused(state, output);
    case 'find_appointments':
      return identityRefused(state, output);
    case 'check_code':
      return without(state, 'code');
    case 'cancel_appointment':
      return cancelRefused(state, output);
    case 'clinic_info':
    case listTool:
      return answered(state);
    case transferTool:
      return transferRefused(state, output);
    case stopTool:
      return stopRefused(state, output);
    case contactTool:
      return contactRefused(state, output);
    case endTool:
      return stayed(state);
    default:
      return askAgain(state, output);
  }
}

/** Either the caller is to say yes first, or nobody can be called and a message is left. */
function transferRefused(state: DialogueState, { code }: ToolOutput): DialogueState {
  if (code === 'wait-for-caller') return withVisit(state, { searched: true, agreed: false });
  return startTask(state, 'message', false);
}

/** The same for whoever wants no more calls. */
function stopRefused(state: DialogueState, { code }: ToolOutput): DialogueState {
  if (code === 'wait-for-caller') return withVisit(state, { searched: true, agreed: false });
  return startTask(state, 'message', false);
}

/** A cancellation is said twice; what stands no more is no matter for an answer. */
function contactRefused(state: DialogueState, { code }: ToolOutput): DialogueState {
  if (code !== 'wait-for-caller') return endTask(state);
  const { answer, ...rest } = state.contact;
  return { ...state, contact: { ...rest, cancelAsked: answer === 'cancel' } };
}

function cancelRefused(state: DialogueState, { code }: ToolOutput): DialogueState {
  if (code === 'wait-for-caller') return withVisit(state, { agreed: false });
  return isGone(code) ? withVisit(lookAgain(state), { agreed: false }) : endTask(state);
}

/** The call goes on: a read-back must be heard first. */
function stayed(state: DialogueState): DialogueState {
  const { ending: _, ...rest } = state;
  return { ...rest, invited: false, tasksDone: Math.max(1, state.tasksDone) };
}

function searchRefused(state: DialogueState, tool: string, output: ToolOutput): DialogueState {
  const { code, names, slots } = output;
  switch (code) {
    case 'unknown-service':
    case 'unknown-practitioner':
      return names.length > 0 ? suggest(state, output) : endTask(state);
    case 'ambiguous-service':
      return suggest(state, output);
    case 'no-slots':
      return offered(state, output);
    case 'not-announced':
      return withVisit(state, { offers: slots, searched: true, nothingFree: slots.length === 0 });
    default:
      return tool === 'find_slots' ? askAgain(state, output) : endTask(state);
  }
}

/** An unknown name of somebody leaves the service as it was. */
function suggest(state: DialogueState, { code, names }: ToolOutput): DialogueState {
  const isPerson = code === 'unknown-practitioner';
  const open = isPerson ? without(state, 'practitioner', 'service') : without(state, 'service');
  return withVisit(open, { suggestions: names, searched: false });
}

function holdRefused(state: DialogueState, output: ToolOutput): DialogueState {
  const { basket } = state.visit;
  if (state.visit.appointment && isGone(output.code)) return lookAgain(state);
  if (output.slots.length > 0) return otherTimes(state, output, basket.slice(0, -1));
  if (output.code === 'overlap') return seekTime(state, undefined);
  if (output.code === 'unknown-slot') return seekTime(state, state.facts.when);
  return askAgain(state, output);
}

/** Times to choose from in the place of one that is gone. */
function otherTimes(
  state: DialogueState,
  { slots }: ToolOutput,
  basket: DialogueState['visit']['basket'],
): DialogueState {
  return withVisit(state, {
    ...unsettled,
    basket,
    offers: slots,
    searched: true,
    choosing: true,
    nothingFree: false,
  });
}

function paymentRefused(state: DialogueState, output: ToolOutput): DialogueState {
  if (output.code === 'nothing-held') return withVisit(state, unsettled);
  const asksAgain = output.message.includes('?');
  if (output.code === 'method-not-accepted' && asksAgain)
    return without(state, 'method', 'cash_amount');
  if (output.code.startsWith('cash-')) return needAgain(state, 'cash_amount');
  // A clinic that takes no payment by telephone: the rest of the booking does not depend on it.
  return withVisit(state, { paid: true });
}

/** What was to be moved is not as it was: it is looked for again, and another time with it. */
function lookAgain(state: DialogueState): DialogueState {
  const { visit } = seekTime(state, state.facts.when);
  const { appointment: _, ...rest } = visit;
  return { ...state, visit: { ...rest, basket: [], identity: 'unknown', appointments: [] } };
}

const isGone = (code: string) => code === 'changed' || code === 'unknown-appointment';

function bookingRefused(state: DialogueState, output: ToolOutput): DialogueState {
  if (state.visit.appointment && isGone(output.code)) return lookAgain(state);
  switch (output.code) {
    case 'hold-expired':
      return output.slots.length > 0
        ? otherTimes(state, output, [])
        : withVisit(seekTime(state, state.facts.when ?? null), { basket: [] });
    case 'nothing-held':
      return withVisit(state, unsettled);
    case 'not-reviewed':
    case 'changed':
      return withVisit(state, { reviewed: false, agreed: false });
    case 'wait-for-caller':
      return withVisit(state, { agreed: false });
    default:
      return askAgain(state, output);
  }
}

function identityRefused(state: DialogueState, output: ToolOutput): DialogueState {
  if (output.field) return needAgain(state, output.field);
  const first = output.code === 'identity-needed' && state.visit.identity === 'unknown';
  return first ? withVisit(state, { identity: 'refused' }) : endTask(state);
}

/** Asks again for what the tool named; without a name there is nothing left to try. */
function askAgain(state: DialogueState, output: ToolOutput): DialogueState {
  return output.field ? needAgain(state, output.field) : endTask(state);
}

function needAgain(state: DialogueState, field: Field): DialogueState {
  const needed = [...new Set([...state.visit.needed, field])];
  return without(withVisit(state, { needed, agreed: false }), field);
}
