import type { DialogueState, ReceptionistTool } from './dialogue-state.ts';
import { contactTool, listTool, stopTool, transferTool } from './dialogue-tools.ts';
import { questionOf } from './receptionist-questions.ts';
import { asRecord } from './tool-output.ts';
import type { Field, Topic } from './utterance.ts';

export interface ToolRequest {
  name: string;
  arguments: Record<string, unknown>;
}

/** What moves the conversation on: a question, or work for a tool. */
export type Move = { topic: Topic; say: string } | { call: ToolRequest };

type Tools = readonly ReceptionistTool[];

/** The clinic's script: from what is known to what comes next. */
export function nextMove(state: DialogueState, tools: Tools): Move {
  if (state.question) return answerMove(state, state.question, tools);
  if (state.visit.changing) return ask('change', state);
  switch (state.task) {
    case 'booking':
      return bookingMove(state, tools);
    case 'cancelling':
    case 'moving':
      return identityMove(state, tools);
    case 'results':
      return requestMove(state, 'request_results', ['patient_name', 'cpf', 'exams']);
    case 'message':
      return messageMove(state);
    case 'person':
      return hasTool(tools, transferTool) ? personMove(state) : messageMove(state);
    case 'stop-calls':
      return hasTool(tools, stopTool) ? stopMove(state) : messageMove(state);
    case 'contact':
      return contactMove(state);
    case 'waiting-list':
      return waitingListMove(state);
    default:
      return idleMove(state);
  }
}

function ask(topic: Topic, state: DialogueState): Move {
  return { topic, say: questionOf(topic, state) };
}

/** Arguments that are known; what the caller would not say is left out. */
function call(name: string, values: Record<string, unknown>): Move {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  return { call: { name, arguments: Object.fromEntries(given) } };
}

function idleMove(state: DialogueState): Move {
  if (state.mayBook) return ask('offer-booking', state);
  return ask(state.tasksDone > 0 && !state.invited ? 'anything-else' : 'wish', state);
}

function answerMove(
  state: DialogueState,
  question: NonNullable<DialogueState['question']>,
  tools: Tools,
): Move {
  const isList = question === 'exams' || question === 'consultations';
  if (isList && hasTool(tools, listTool)) return call(listTool, { kind: question });
  if (isList || question === 'clinic') return call('clinic_info', {});
  const { service, practitioner } = state.facts;
  if (!service) return ask('service', state);
  return call('service_details', { service, practitioner });
}

function bookingMove(state: DialogueState, tools: Tools): Move {
  const { visit } = state;
  if (visit.choosing) return choosingMove(state);
  if (!visit.held) return holdMove(state);
  if (visit.appointment)
    return visit.agreed ? call('confirm_appointment', {}) : ask('confirm-move', state);
  if (!visit.complete) return ask('more', state);
  if (!visit.paid && hasTool(tools, 'choose_payment')) return paymentMove(state);
  const missing = missingData(state, tools);
  if (missing) return ask(missing, state);
  if (!visit.reviewed) return reviewMove(state);
  return visit.agreed ? call('confirm_appointment', {}) : ask('confirmation', state);
}

function choosingMove(state: DialogueState): Move {
  const { facts, visit } = state;
  if (visit.nothingFree) return ask('waiting-list', state);
  if (!facts.service) return ask('service', state);
  if (facts.patient_name === undefined && visit.basket.length === 0)
    return ask('patient_name', state);
  if (facts.when === undefined) return ask('when', state);
  if (!visit.searched) {
    const { service, practitioner, when } = facts;
    return call('find_slots', { service, practitioner, when });
  }
  return ask('slot', state);
}

function holdMove({ visit }: DialogueState): Move {
  return call('hold_slots', {
    slots: visit.basket.map(({ slot }) => slot),
    appointment: visit.appointment?.appointment,
  });
}

function paymentMove(state: DialogueState): Move {
  const { method, cash_amount } = state.facts;
  if (!method) return ask('method', state);
  if (cash_amount === undefined && state.visit.needed.includes('cash_amount'))
    return ask('cash_amount', state);
  return call('choose_payment', { method, ...(method === 'cash' ? { cash_amount } : {}) });
}

const usualData: readonly Field[] = ['patient_name', 'birth_date'];
const reviewData: readonly Field[] = [...usualData, 'rg', 'cpf', 'address', 'phone', 'email'];

/** What the tool requires, and what it has asked for since. */
function missingData(state: DialogueState, tools: Tools): Topic | undefined {
  const tool = tools.find(({ name }) => name === 'review_appointment');
  const { required } = asRecord(tool?.parameters) ?? {};
  const listed = Array.isArray(required)
    ? reviewData.filter((field) => required.includes(field))
    : usualData;
  const wanted = reviewData.filter(
    (field) => listed.includes(field) || state.visit.needed.includes(field),
  );
  const missing = wanted.find((field) => state.facts[field] === undefined);
  return missing === 'practitioner' ? undefined : missing;
}

function reviewMove(state: DialogueState): Move {
  const { callerName, facts, forAnother } = state;
  const data = Object.fromEntries(reviewData.map((field) => [field, facts[field]]));
  return call('review_appointment', {
    ...data,
    ...(forAnother && callerName !== facts.patient_name ? { caller_name: callerName } : {}),
  });
}

function identityMove(state: DialogueState, tools: Tools): Move {
  const { facts, visit } = state;
  const { patient_name, birth_date } = facts;
  if (!patient_name) return ask('patient_name', state);
  if (!birth_date) return ask('birth_date', state);
  switch (visit.identity) {
    case 'refused':
      return ask('code-offer', state);
    case 'code-wanted':
      return call('send_code', { patient_name, birth_date, by: 'sms' });
    case 'code-sent':
      return facts.code ? call('check_code', { code: facts.code }) : ask('code', state);
    case 'shown':
      return shownMove(state, tools);
    default:
      return call('find_appointments', { patient_name, birth_date });
  }
}

function shownMove(state: DialogueState, tools: Tools): Move {
  const { appointment, agreed } = state.visit;
  if (!appointment) return ask('which-appointment', state);
  if (state.task === 'moving') return bookingMove(state, tools);
  if (!agreed) return ask('confirm-cancel', state);
  return call('cancel_appointment', { appointment: appointment.appointment });
}

function requestMove(state: DialogueState, tool: string, fields: readonly Topic[]): Move {
  const { facts } = state;
  const missing = fields.find((field) => facts[field as Field] === undefined);
  if (missing) return ask(missing, state);
  const { patient_name, cpf, exams, phone } = facts;
  return call(tool, { patient_name, cpf, exams, phone });
}

function messageMove(state: DialogueState): Move {
  const { patient_name, message, phone } = state.facts;
  if (!patient_name) return ask('patient_name', state);
  if (!message) return ask('message', state);
  if (phone === undefined && state.visit.needed.includes('phone')) return ask('phone', state);
  const urgent = /urgente|urg[êe]ncia/i.test(message) || undefined;
  return call('leave_message', { name: patient_name, message, phone, urgent });
}

/** Asked for once, the tool says what is to be agreed to. */
function personMove(state: DialogueState): Move {
  const { searched, agreed } = state.visit;
  if (searched && !agreed) return ask('confirm-transfer', state);
  return call(transferTool, { destination: 'recepção' });
}

/** As a person is asked for: the tool says what it means, and is called again after a yes. */
function stopMove(state: DialogueState): Move {
  const { searched, agreed } = state.visit;
  return searched && !agreed ? ask('confirm-stop', state) : call(stopTool, {});
}

/** We rang: is it them, and what do they say? */
function contactMove(state: DialogueState): Move {
  const { answer, cancelAsked, isAbsent, isThem } = state.contact;
  if (answer) return call(contactTool, { answer });
  if (cancelAsked) return ask('contact-cancel', state);
  if (!isThem) return ask('contact-person', state);
  return ask(isAbsent ? 'contact-absent' : 'contact', state);
}

function waitingListMove(state: DialogueState): Move {
  const { service, practitioner, patient_name, when, phone } = state.facts;
  if (!service) return ask('service', state);
  if (!patient_name) return ask('patient_name', state);
  if (phone === undefined && state.visit.needed.includes('phone')) return ask('phone', state);
  return call('join_waiting_list', { patient_name, service, practitioner, when, phone });
}

export function hasTool(tools: Tools, name: string): boolean {
  return tools.some((tool) => tool.name === name);
}
