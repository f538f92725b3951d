import { dictionary } from './words.ts';

export const apiWords = dictionary({
  pt: {
    unreachable: 'O servidor não respondeu. Confira a conexão e tente de novo.',
    tooSlow: 'O servidor está demorando demais. Tente de novo em instantes.',
    unreadable: 'A resposta do servidor não pôde ser lida. Recarregue a página.',
    failed: (status: number) => `O pedido não foi atendido (código ${status}). Tente de novo.`,
    unknown: 'Algo deu errado nesta página. Recarregue-a e tente de novo.',
  },
  en: {
    unreachable: 'The server did not answer. Check the connection and try again.',
    tooSlow: 'The server is taking too long. Try again in a moment.',
    unreadable: "The server's answer could not be read. Reload the page.",
    failed: (status) => `The request was refused (code ${status}). Try again.`,
    unknown: 'Something went wrong on this page. Reload it and try again.',
  },
});
