import type { DeliveryState, DeliveryView } from '../../../../console/conversation-view.ts';
import type { Tone } from '../../../ui/feedback.tsx';
import type { IconName } from '../../../ui/icons.tsx';
import { dictionary } from '../../../ui/words.ts';

const words = dictionary({
  pt: {
    waiting: 'Na fila',
    queued: 'Saindo',
    sent: 'Enviada',
    delivered: 'Entregue',
    read: 'Lida',
    failed: 'Não entregue',
    unknown: 'Não se sabe se chegou',
    refused: 'Não enviada',
    withdrawn: 'Não enviada',
    unknownHelp:
      'O sistema parou enquanto ela saía. Não é enviada de novo, para não chegar duas vezes.',
    withdrawnHelp: 'Uma pessoa assumiu a conversa antes.',
    window: 'A pessoa não escreve há mais de 24 horas: o WhatsApp não aceita texto livre.',
    stopped: 'A pessoa não quer receber mensagens deste número.',
    unreachable: 'Este número não está no WhatsApp ou não pode receber.',
    tooOften: 'O WhatsApp recusou todas as tentativas.',
    code: (code: number) => `Código ${code} do Twilio.`,
  },
  en: {
    waiting: 'Queued here',
    queued: 'On its way',
    sent: 'Sent',
    delivered: 'Delivered',
    read: 'Read',
    failed: 'Not delivered',
    unknown: 'May have arrived',
    refused: 'Not sent',
    withdrawn: 'Not sent',
    unknownHelp: 'The system stopped while it left. It is not sent again, lest it arrive twice.',
    withdrawnHelp: 'A person took the conversation before.',
    window: 'They have not written for more than 24 hours: WhatsApp takes no free text.',
    stopped: 'They do not want messages from this number.',
    unreachable: 'This number is not on WhatsApp or cannot receive.',
    tooOften: 'WhatsApp refused every try.',
    code: (code) => `Twilio’s code ${code}.`,
  },
});

/** Of Twilio's codes those that tell staff what to do. */
const causes: Readonly<Record<number, 'window' | 'stopped' | 'unreachable' | 'tooOften'>> = {
  0: 'tooOften',
  63016: 'window',
  21610: 'stopped',
  63003: 'unreachable',
  63024: 'unreachable',
};

const icons: Partial<Record<DeliveryState, IconName>> = {
  waiting: 'clock',
  queued: 'clock',
  sent: 'check',
  delivered: 'check',
  read: 'check',
};

export function deliveryTone({ state }: DeliveryView): Tone {
  if (state === 'failed' || state === 'refused') return 'bad';
  if (state === 'unknown') return 'warn';
  return 'plain';
}

export const deliveryIcon = ({ state }: DeliveryView): IconName => icons[state] ?? 'warning';

export const deliveryText = ({ state }: DeliveryView): string => words()[state];

/** Why, and what follows from it; nothing where the state says it all. */
export function deliveryHelp({ state, code }: DeliveryView): string | undefined {
  const w = words();
  if (state === 'unknown') return w.unknownHelp;
  if (state === 'withdrawn') return w.withdrawnHelp;
  if ((state !== 'failed' && state !== 'refused') || code === null) return undefined;
  const cause = causes[code];
  return cause ? w[cause] : w.code(code);
}
