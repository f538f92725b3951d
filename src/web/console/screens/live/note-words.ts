import type { LiveNote, LiveNoteName } from '../../../../console/live-view.ts';
import type { IconName } from '../../../ui/icons.tsx';
import { type Phrase, say } from '../../../ui/words.ts';

const texts: Record<LiveNoteName, Phrase> = {
  interrupted: {
    pt: 'Quem ligou falou por cima; a assistente se calou',
    en: 'The caller spoke over the assistant, who fell silent',
  },
  resumed: {
    pt: 'Era só um ruído; a assistente continuou',
    en: 'It was only a noise; the assistant went on',
  },
  tool: { pt: 'Assistente', en: 'Assistant' },
  booked: { pt: 'Agendamento feito', en: 'Appointment booked' },
  moved: { pt: 'Agendamento remarcado', en: 'Appointment moved' },
  cancelled: { pt: 'Agendamento cancelado', en: 'Appointment cancelled' },
  request: { pt: 'Pedido anotado para a equipe', en: 'Request noted for the staff' },
  'read-back': {
    pt: 'O agendamento foi lido e ouvido até o fim',
    en: 'The appointment was read back and heard to its end',
  },
  emergency: {
    pt: 'Possível emergência: a frase do SAMU foi dita',
    en: 'Possible emergency: the emergency sentence was said',
  },
  'promise-broken': {
    pt: 'A assistente disse que fez algo que não fez e vai se corrigir',
    en: 'The assistant claimed something that was not done and will correct it',
  },
  'model-lost': { pt: 'A assistente perdeu a conexão', en: 'The assistant lost its connection' },
  'model-restored': { pt: 'A assistente está de volta', en: 'The assistant is back' },
  'recording-on': { pt: 'Gravação permitida', en: 'Recording allowed' },
  'recording-off': {
    pt: 'Gravação parada a pedido de quem ligou',
    en: 'Recording stopped at the caller’s wish',
  },
  transfer: { pt: 'Transferência combinada', en: 'Transfer agreed' },
  hint: { pt: 'Recado para a assistente', en: 'Hint for the assistant' },
  took: { pt: 'assumiu a ligação', en: 'took the call' },
  'gave-back': { pt: 'devolveu a ligação à assistente', en: 'gave the call back to the assistant' },
  lost: {
    pt: 'perdeu a conexão; a assistente voltou',
    en: 'lost the connection; the assistant is back',
  },
  transferred: { pt: 'mandou transferir', en: 'had the call transferred' },
  ended: { pt: 'encerrou a ligação', en: 'ended the call' },
  over: { pt: 'Fim da ligação', en: 'End of the call' },
};

const tools: Record<string, Phrase> = {
  find_slots: { pt: 'procurou horários', en: 'looked for times' },
  hold_slots: { pt: 'guardou um horário', en: 'held a time' },
  choose_payment: { pt: 'anotou o pagamento', en: 'noted the payment' },
  review_appointment: { pt: 'conferiu os dados', en: 'checked the details' },
  confirm_appointment: { pt: 'confirmou o agendamento', en: 'confirmed the appointment' },
  find_appointments: { pt: 'procurou agendamentos', en: 'looked for appointments' },
  cancel_appointment: { pt: 'cancelamento', en: 'cancellation' },
  send_code: { pt: 'enviou um código', en: 'sent a code' },
  check_code: { pt: 'conferiu o código', en: 'checked the code' },
  clinic_info: { pt: 'consultou os dados da clínica', en: 'looked up the clinic' },
  service_details: { pt: 'consultou um serviço', en: 'looked up a service' },
  leave_message: { pt: 'anotou um recado', en: 'took a message' },
  join_waiting_list: { pt: 'lista de espera', en: 'waiting list' },
  request_results: { pt: 'pedido de resultado', en: 'request of results' },
  transfer_call: { pt: 'transferência', en: 'transfer' },
  stop_calls: { pt: 'não ligar mais', en: 'no more calls' },
  answer_contact: { pt: 'anotou a resposta', en: 'noted the answer' },
  end_call: { pt: 'despedida', en: 'goodbye' },
};

const outcomes: Record<string, Phrase> = {
  refused: { pt: 'não aceito ainda', en: 'not accepted yet' },
  failed: { pt: 'falhou', en: 'failed' },
  timeout: { pt: 'demorou demais', en: 'took too long' },
};

const endings: Record<string, Phrase> = {
  'caller-hung-up': { pt: 'quem ligou desligou', en: 'the caller hung up' },
  'agent-goodbye': { pt: 'com despedida', en: 'with a goodbye' },
  transferred: { pt: 'transferida', en: 'transferred' },
  'caller-silent': { pt: 'ninguém respondia', en: 'nobody answered' },
  'time-limit': { pt: 'tempo máximo', en: 'time limit' },
  'stream-lost': { pt: 'a conexão caiu', en: 'the connection was lost' },
  'ended-by-staff': { pt: 'encerrada pela equipe', en: 'ended by the staff' },
};

const icons: Partial<Record<LiveNoteName, IconName>> = {
  booked: 'calendar',
  moved: 'calendar',
  cancelled: 'calendar',
  request: 'inbox',
  emergency: 'warning',
  'promise-broken': 'warning',
  'model-lost': 'warning',
  'recording-on': 'recording',
  'recording-off': 'recording',
  transfer: 'phone',
  transferred: 'phone',
  took: 'headset',
  'gave-back': 'undo',
  lost: 'warning',
  hint: 'chat',
  over: 'phone',
};

export function noteText({ note, by, detail, outcome }: LiveNote): string {
  const text = say(texts[note]);
  if (note === 'tool') return toolText(detail ?? '', outcome ?? '');
  if (note === 'over') {
    const why = detail && endings[detail];
    return why ? `${text}: ${say(why)}` : text;
  }
  if (note === 'hint') return `${text} (${by}): “${detail}”`;
  return by ? `${by} ${text}` : text;
}

/** A tool that has no words yet is shown by its name. */
function toolText(name: string, outcome: string): string {
  const did = tools[name] ? say(tools[name]) : name;
  const how = outcomes[outcome];
  return `${say(texts.tool)}: ${how ? `${did} (${say(how)})` : did}`;
}

export function noteIcon({ note }: LiveNote): IconName {
  return icons[note] ?? 'info';
}
