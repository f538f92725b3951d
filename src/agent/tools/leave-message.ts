import { z } from 'zod';
import { checkName, checkPhone, phoneField } from '../caller-details.ts';
import type { FrontDesk } from '../front-desk.ts';
import { plainText } from '../plain-text.ts';
import { createRequestRecorder } from '../request-recording.ts';
import { defineTool, refused, type Tool } from '../tool.ts';

const schema = z.strictObject({
  name: z.string().max(400).describe('Nome de quem deixa o recado.'),
  message: z.string().max(1_000).describe('O recado, em poucas palavras.'),
  phone: phoneField,
  urgent: z.boolean().optional().describe('Só se a pessoa disse que é urgente.'),
});

/** A message that a person of the clinic will read. */
export function createLeaveMessage(desk: FrontDesk): Tool {
  const { record } = createRequestRecorder(desk);
  return defineTool({
    name: 'leave_message',
    description: 'Deixa um recado para a equipe da clínica, com nome e telefone para retorno.',
    schema,
    async run(args, context) {
      const name = checkName(args.name, 'name');
      if ('refusal' in name) return refused(name.refusal);
      const text = plainText(args.message);
      if (text === '') return nothingSaid;
      const phone = checkPhone(args.phone, context);
      if ('refusal' in phone) return refused(phone.refusal);
      const isUrgent = args.urgent ?? false;
      const draft = {
        kind: 'message',
        name: name.value,
        phone: phone.value,
        text,
        isUrgent,
      } as const;
      return record(draft, isUrgent ? urgentDone : usualDone, context);
    },
  });
}

const nothingSaid = refused({
  code: 'missing-message',
  field: 'message',
  message: 'Qual é o recado que quer deixar?',
});

const usualDone = 'Pronto, deixei o recado para a equipe.';

/** Staff may read it late: whoever is in danger must not wait for them. */
const urgentDone =
  'Pronto, deixei o recado para a equipe, marcado como urgente. Se for uma emergência de saúde, ligue agora para o um nove dois.';
