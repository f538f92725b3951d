import type { PaymentMethod } from './clinic-profile.ts';

/** The ways to pay, as they are told and written in Portuguese. */
export const methodNames: Record<PaymentMethod, string> = {
  cash: 'dinheiro',
  pix: 'PIX',
  'credit-card': 'cartão de crédito',
  'debit-card': 'cartão de débito',
};
