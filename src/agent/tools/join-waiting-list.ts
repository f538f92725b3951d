import { z } from 'zod';
import { checkName, checkPhone, patientNameField, phoneField } from '../caller-details.ts';
import type { Bookable } from '../clinic-agenda.ts';
import type { FrontDesk } from '../front-desk.ts';
import { plainText } from '../plain-text.ts';
import { createRequestRecorder } from '../request-recording.ts';
import type { StaffRequest } from '../staff-request.ts';
import { defineTool, refused, type Tool } from '../tool.ts';
import { chooseService } from '../visit-choice.ts';

const schema = z.strictObject({
  patient_name: patientNameField,
  service: z.string().min(1).max(200).describe('Consulta ou exame, nas palavras da pessoa.'),
  practitioner: z.string().max(200).optional().describe('Profissional, só se a pessoa disse um.'),
  when: z.string().max(200).optional().describe('Quando seria bom, nas palavras da pessoa.'),
  phone: phoneField,
});

const description =
  'Põe um paciente na lista de espera de uma consulta ou exame sem horário livre ou sem data divulgada. A equipe avisa quando houver vaga.';

/** Staff call when there is a place; nothing is held. */
export function createJoinWaitingList(desk: FrontDesk): Tool {
  const { record } = createRequestRecorder(desk);
  return defineTool({
    name: 'join_waiting_list',
    description,
    schema,
    async run(args, context) {
      const name = checkName(args.patient_name, 'patient_name');
      if ('refusal' in name) return refused(name.refusal);
      const choice = chooseService(desk.agenda, args);
      if ('refusal' in choice) return refused(choice.refusal);
      const wish = wishOf(choice.bookables, plainText(args.when ?? ''));
      if (!wish) return nothingFound;
      const phone = checkPhone(args.phone, context);
      if ('refusal' in phone) return refused(phone.refusal);
      const draft = { kind: 'waiting-list', name: name.value, phone: phone.value, wish } as const;
      return record(draft, doneWords(wish, choice.remark), context);
    },
  });
}

const nothingFound = refused({
  code: 'unknown-service',
  field: 'service',
  message: 'Isso não está disponível aqui na clínica. Posso ajudar com outra coisa?',
});

type Wish = NonNullable<StaffRequest['wish']>;

function wishOf(bookables: readonly Bookable[], when: string): Wish | undefined {
  const [first] = bookables;
  if (!first) return undefined;
  const { serviceId, serviceName, practitionerId, practitionerName } = first;
  const isOnlyOne = new Set(bookables.map((one) => one.practitionerId)).size === 1;
  return {
    service: serviceName,
    serviceId,
    professional: isOnlyOne ? practitionerName : null,
    professionalId: isOnlyOne ? practitionerId : null,
    when: when || null,
  };
}

function doneWords({ service, professional }: Wish, remark: string): string {
  const who = professional ? ` com ${professional}` : '';
  const first = remark === '' ? 'Pronto' : `${remark} Pronto`;
  return `${first}, anotei na lista de espera de ${service}${who}. A equipe avisa quando houver vaga.`;
}
