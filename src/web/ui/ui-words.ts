import { dictionary } from './words.ts';

/** What the components themselves say. */
export const uiWords = dictionary({
  pt: {
    close: 'Fechar',
    cancel: 'Cancelar',
    again: 'Tentar de novo',
    loading: 'Carregando…',
    notices: 'Avisos',
    failed: 'Não deu certo',
    previous: 'Anterior',
    next: 'Próxima',
    pages: 'Páginas',
    page: (page: number, pages: number) => `Página ${page} de ${pages}`,
    rows: (from: number, to: number, count: number) => `${from}–${to} de ${count}`,
    ascending: 'em ordem crescente',
    descending: 'em ordem decrescente',
  },
  en: {
    close: 'Close',
    cancel: 'Cancel',
    again: 'Try again',
    loading: 'Loading…',
    notices: 'News',
    failed: 'That did not work',
    previous: 'Previous',
    next: 'Next',
    pages: 'Pages',
    page: (page, pages) => `Page ${page} of ${pages}`,
    rows: (from, to, count) => `${from}–${to} of ${count}`,
    ascending: 'ascending',
    descending: 'descending',
  },
});
