import { effect, signal } from '@preact/signals';
import { remember, remembered } from './remembered.ts';

export const languages = ['pt', 'en'] as const;
export type Language = (typeof languages)[number];

/** What `Intl` calls our two. */
export const locales: Record<Language, string> = { pt: 'pt-BR', en: 'en-GB' };

const firstLanguage = (): Language => {
  const kept = remembered('language');
  if (kept === 'pt' || kept === 'en') return kept;
  return navigator.language.toLowerCase().startsWith('en') ? 'en' : 'pt';
};

/** The language of the page; whoever reads it while drawing is drawn again when it changes. */
export const language = signal<Language>(firstLanguage());

effect(() => {
  document.documentElement.lang = locales[language.value];
});

export function speak(next: Language): void {
  remember('language', next);
  language.value = next;
}
