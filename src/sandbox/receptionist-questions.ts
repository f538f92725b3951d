import type { DialogueState } from './dialogue-state.ts';
import type { Topic } from './utterance.ts';

const questions: Record<Topic, string> = {
  wish: 'Como posso ajudar?',
  service: 'Qual consulta ou exame você deseja?',
  when: 'Para que dia e horário você gostaria?',
  slot: 'Qual desses horários você prefere?',
  more: 'Deseja marcar mais alguma consulta ou exame?',
  method: 'Qual é a forma de pagamento: dinheiro, PIX, cartão de crédito ou de débito?',
  cash_amount: 'Quanto você vai levar em dinheiro?',
  patient_name: 'Qual é o seu nome completo?',
  birth_date: 'Qual é a sua data de nascimento?',
  rg: 'Qual é o número do RG?',
  cpf: 'Qual é o CPF? Se preferir não dizer, tudo bem.',
  address: 'Qual é o endereço? É opcional.',
  phone: 'Qual é o telefone para contato, com o DDD?',
  email: 'Qual é o seu e-mail?',
  confirmation: 'Está tudo certo? Posso confirmar?',
  change: 'O que eu devo mudar?',
  'which-appointment': 'Qual deles?',
  'confirm-cancel': 'Posso cancelar?',
  'confirm-move': 'Posso confirmar a mudança?',
  'confirm-transfer': 'Quer que eu passe a ligação?',
  'confirm-stop': 'Posso fazer isso?',
  'contact-person': 'Falo com a pessoa certa?',
  contact: 'Você confirma?',
  'contact-absent': 'Prefere outro horário ou quer cancelar?',
  'contact-cancel': 'Posso mesmo cancelar?',
  'code-offer': 'Quer que eu envie o código por SMS?',
  code: 'Qual é o código?',
  exams: 'De quais exames?',
  message: 'Qual é o recado?',
  'waiting-list': 'Quer entrar na lista de espera?',
  'offer-booking': 'Quer marcar?',
  'anything-else': 'Posso ajudar em mais alguma coisa?',
};

export function questionOf(topic: Topic, state: DialogueState): string {
  const another = state.forAnother;
  if (topic === 'patient_name' && another)
    return 'Qual é o nome completo de quem vai ser atendido?';
  if (topic === 'birth_date' && another)
    return 'Qual é a data de nascimento de quem vai ser atendido?';
  if (topic === 'service' && state.visit.suggestions.length > 0) return 'Quer marcar algum desses?';
  return questions[topic];
}
