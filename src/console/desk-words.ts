import type { DeskAnswer } from './desk-booking.ts';

type Refused = Exclude<DeskAnswer['outcome'], 'booked'>;

/** What staff read when a time cannot be had, in Portuguese: what happened, and what to do. */
export const deskRefusals: Record<Refused, string> = {
  'slot-taken': 'Esse horário acabou de ser ocupado. Escolha outro.',
  'capacity-full': 'As vagas desse horário acabaram. Escolha outro.',
  past: 'Esse horário já passou. Escolha outro.',
  'too-soon': 'Esse horário está em cima da hora. Escolha outro.',
  'too-far': 'A agenda ainda não está aberta para essa data. Escolha uma data mais próxima.',
  closed: 'Nesse dia não há esse atendimento. Escolha outro dia.',
  'off-grid': 'Esse horário não está na agenda. Escolha um dos horários oferecidos.',
  'unknown-service': 'Este atendimento não existe mais na clínica. Abra o formulário de novo.',
  'not-found': 'Não há nada com este identificador.',
  changed:
    'Este agendamento acabou de mudar. Veja de novo como ele está antes de tentar outra vez.',
  'hold-expired': 'A gravação demorou e o horário foi solto. Nada foi agendado: tente de novo.',
};

export const notWritten =
  'Não foi possível gravar agora. Confira na agenda o que ficou valendo antes de tentar de novo.';
