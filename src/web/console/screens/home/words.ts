import { dictionary } from '../../../ui/words.ts';

export const words = dictionary({
  pt: {
    hello: (name: string) => `Olá, ${name}`,
    only: 'As páginas da sua função aparecerão aqui.',
  },
  en: {
    hello: (name) => `Hello, ${name}`,
    only: 'The pages of your role will appear here.',
  },
});
