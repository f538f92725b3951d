import type { ClinicProfile } from './clinic-profile.ts';
import type { HeldVisit } from './conversation-state.ts';
import { methodList } from './visit-summary.ts';
import { listed } from './visit-words.ts';

/** What is still to be asked before a held visit can be reviewed. */
export function nextQuestion(hold: HeldVisit, clinic: ClinicProfile): string {
  if (clinic.payment && !hold.payment) {
    return `Qual a forma de pagamento: ${methodList(clinic)}?`;
  }
  return `Para concluir, preciso dos dados de quem vai ser atendido: ${listed(requiredData(clinic))}.`;
}

/** `nome completo, data de nascimento e RG`. */
function requiredData({ booking }: ClinicProfile): string[] {
  const { birthDate, rg, cpf, address } = booking.patientData;
  return [
    'nome completo',
    ...(birthDate === 'required' ? ['data de nascimento'] : []),
    ...(rg === 'required' ? ['RG'] : []),
    ...(cpf === 'required' ? ['CPF'] : []),
    ...(address === 'required' ? ['endereço'] : []),
  ];
}
