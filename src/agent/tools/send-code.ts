import { z } from 'zod';
import { patientKey } from '../../scheduling/patient-key.ts';
import { checkIdentity } from '../caller-details.ts';
import type { FrontDesk } from '../front-desk.ts';
import { numberOnFile, recordKey, type SaidIdentity } from '../identity.ts';
import { clinicTime } from '../spoken-portuguese.ts';
import { defineTool, refused, type Tool, type ToolAnswer, type ToolContext } from '../tool.ts';

const schema = z.strictObject({
  patient_name: z.string().max(400).describe('Nome completo do paciente, como foi dito.'),
  birth_date: z.string().max(200).describe('Data de nascimento nas palavras da pessoa.'),
  by: z.enum(['sms', 'whatsapp']).describe('Por onde a pessoa prefere receber.'),
});

const description =
  'Envia um código de seis dígitos ao telefone do cadastro do paciente, para abrir os atendimentos de outro número. Depois peça o código e chame check_code.';

/** Sends a code if the data are on file, and says the same if they are not. */
export function createSendCode(desk: FrontDesk): Tool {
  return defineTool({
    name: 'send_code',
    description,
    schema,
    async run(args, context) {
      const said = checkIdentity(args, context);
      if ('refusal' in said) return refused(said.refusal);
      const { clinic, conversationId } = context;
      const to = await numberOf(desk, said.value, context);
      const outcome = desk.codes.send({
        conversationId,
        clinicName: clinic.name,
        to,
        patient: recordKey(patientKey(said.value.name, said.value.birthDate), to ?? ''),
        by: args.by,
      });
      if (outcome === 'too-many') return tooManyCodes;
      const { deeds } = desk.state;
      if (!deeds.some(({ type }) => type === 'code-asked')) deeds.push({ type: 'code-asked' });
      return sentIfTrue;
    },
  });
}

const sentIfTrue: ToolAnswer = {
  outcome: 'ok',
  output: {
    ok: true,
    message:
      'Se os dados conferirem com o cadastro, enviei um código de seis dígitos para o telefone que está lá. Ele vale por cinco minutos. Quando chegar, pode me dizer os números?',
  },
};

const tooManyCodes = refused({
  code: 'too-many-codes',
  message: 'Não consigo enviar mais códigos nesta conversa. A recepção pode ajudar com isso.',
});

/** The number of whichever open appointment was written first: one booked later in this name cannot draw codes to itself. */
async function numberOf(
  { agenda, appointments }: FrontDesk,
  said: SaidIdentity,
  { clinic, clock }: ToolContext,
): Promise<string | undefined> {
  const open = await appointments.findOpen({
    clinic: agenda.clinic.id,
    from: clinicTime(clock.wallMs(), clinic.timeZone).toPlainDate().toString(),
    by: { patient: patientKey(said.name, said.birthDate) },
  });
  const [first] = open
    .filter((one) => one.status === 'booked' && numberOnFile(one) !== null)
    .sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1));
  return (first && numberOnFile(first)) ?? undefined;
}
