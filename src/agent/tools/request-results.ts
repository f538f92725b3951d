import { z } from 'zod';
import {
  checkCpf,
  checkName,
  checkPhone,
  patientNameField,
  phoneField,
} from '../caller-details.ts';
import type { FrontDesk } from '../front-desk.ts';
import { plainText } from '../plain-text.ts';
import { createRequestRecorder } from '../request-recording.ts';
import { defineTool, refused, type Tool } from '../tool.ts';

const schema = z.strictObject({
  patient_name: patientNameField,
  cpf: z.string().max(200).optional().describe('CPF como foi dito, se a pessoa informou.'),
  exams: z.string().max(400).optional().describe('Quais exames, nas palavras da pessoa.'),
  phone: phoneField,
});

const description =
  'Anota, para a equipe, o pedido dos resultados de exames de um paciente. Não diz nada sobre resultados: isso é só com a equipe.';

/** For staff to answer. It knows no results and says nothing about whether there are any. */
export function createRequestResults(desk: FrontDesk): Tool {
  const { record } = createRequestRecorder(desk);
  return defineTool({
    name: 'request_results',
    description,
    schema,
    async run(args, context) {
      const name = checkName(args.patient_name, 'patient_name');
      if ('refusal' in name) return refused(name.refusal);
      const cpf = checkCpf(args.cpf);
      if ('refusal' in cpf) return refused(cpf.refusal);
      const phone = checkPhone(args.phone, context);
      if ('refusal' in phone) return refused(phone.refusal);
      const draft = {
        kind: 'exam-results',
        name: name.value,
        cpf: cpf.value,
        phone: phone.value,
        text: plainText(args.exams ?? '') || null,
      } as const;
      const done = draft.text === null ? waitingDone : usualDone;
      return record(draft, done, context);
    },
  });
}

const usualDone =
  'Pronto, anotei o pedido dos resultados. Por aqui não tenho acesso a eles: a equipe verifica e entra em contato.';

/** Nobody said which exams. */
const waitingDone =
  'Pronto, anotei o pedido dos resultados. Aguarde, por favor, enquanto a equipe consulta quais são os seus exames; por aqui não tenho acesso a eles. A equipe entra em contato.';
