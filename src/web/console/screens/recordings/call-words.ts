import type { CallDetailView, CallItemView } from '../../../../console/recordings-view.ts';
import { dictionary } from '../../../ui/words.ts';

/** Words for what calls are made of: outcomes, endings, states. */
export const callWords = dictionary({
  pt: {
    appointment: 'Agendou',
    cancellation: 'Cancelou',
    request: 'Deixou pedido',
    'no-appointment': 'Sem agendamento',
    transfer: 'Transferida',
    abandoned: 'Desligou antes',
    failed: 'Falhou',
    'caller-hung-up': 'A pessoa desligou',
    'agent-goodbye': 'Despedida',
    transferred: 'Transferida',
    'caller-silent': 'A pessoa ficou em silêncio',
    'time-limit': 'Tempo máximo',
    'stream-lost': 'A linha caiu',
    'stream-error': 'Erro na linha',
    'model-unreachable': 'O assistente ficou fora do ar',
    'model-refused': 'O assistente foi recusado',
    'server-draining': 'O servidor reiniciou',
    'ended-by-staff': 'Encerrada pela equipe',
    'process-died': 'O servidor parou',
    agreed: 'combinada',
    answered: 'atendida',
    declined: 'recusada',
    busy: 'ocupado',
    'no-answer': 'não atendeu',
    voicemail: 'caixa postal',
    'caller-left': 'a pessoa desligou',
    'notice-heard': 'avisada, ouviu o aviso inteiro',
    yes: 'disse sim',
    no: 'disse não',
    unclear: 'a resposta não ficou clara',
    silent: 'não respondeu',
    unheard: 'o aviso não foi ouvido inteiro',
    withdrawn: 'pediu para não gravar',
    ok: 'feito',
    refused: 'recusado',
    timeout: 'demorou demais',
    other: 'outro',
  },
  en: {
    appointment: 'Booked',
    cancellation: 'Cancelled',
    request: 'Left a request',
    'no-appointment': 'No booking',
    transfer: 'Transferred',
    abandoned: 'Hung up early',
    failed: 'Failed',
    'caller-hung-up': 'The caller hung up',
    'agent-goodbye': 'Goodbye',
    transferred: 'Transferred',
    'caller-silent': 'The caller was silent',
    'time-limit': 'Time limit',
    'stream-lost': 'The line dropped',
    'stream-error': 'Line error',
    'model-unreachable': 'The assistant was unreachable',
    'model-refused': 'The assistant was refused',
    'server-draining': 'The server restarted',
    'ended-by-staff': 'Ended by staff',
    'process-died': 'The server stopped',
    agreed: 'agreed',
    answered: 'answered',
    declined: 'declined',
    busy: 'busy',
    'no-answer': 'not answered',
    voicemail: 'voicemail',
    'caller-left': 'the caller hung up',
    'notice-heard': 'told, heard all of the notice',
    yes: 'said yes',
    no: 'said no',
    unclear: 'the answer was not clear',
    silent: 'did not answer',
    unheard: 'the notice was not heard to its end',
    withdrawn: 'asked not to be recorded',
    ok: 'done',
    refused: 'refused',
    timeout: 'took too long',
    other: 'other',
  },
});

type Outcome = NonNullable<CallItemView['outcome']>;

export const outcomes: readonly Outcome[] = [
  'appointment',
  'cancellation',
  'request',
  'no-appointment',
  'transfer',
  'abandoned',
  'failed',
];

export function outcomeTone(outcome: Outcome): 'good' | 'info' | 'warn' | 'bad' | 'plain' {
  if (outcome === 'appointment') return 'good';
  if (outcome === 'failed') return 'bad';
  if (outcome === 'abandoned') return 'warn';
  return outcome === 'no-appointment' ? 'plain' : 'info';
}

/** `+55 88 99999-0001`; other countries as they are. */
export function phoneText(number: string, hidden: string): string {
  if (!/^\+\d+$/.test(number)) return hidden;
  const [, area, first, last] = /^\+55(\d\d)(\d{4,5})(\d{4})$/.exec(number) ?? [];
  return area ? `+55 ${area} ${first}-${last}` : number;
}

export function whoText(call: CallItemView | CallDetailView, hidden: string): string {
  return call.names.length > 0 ? call.names.join(', ') : phoneText(call.number, hidden);
}
