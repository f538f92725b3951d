import { effect, signal } from '@preact/signals';
import { remember, remembered } from './remembered.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const isTheme = (value: string | undefined): value is Theme =>
  themes.some((theme) => theme === value);

const firstTheme = (): Theme => {
  const kept = remembered('theme');
  return isTheme(kept) ? kept : 'system';
};

export const theme = signal<Theme>(firstTheme());

effect(() => {
  const { dataset } = document.documentElement;
  if (theme.value === 'system') delete dataset.theme;
  else dataset.theme = theme.value;
});

export function wear(next: Theme): void {
  remember('theme', next);
  theme.value = next;
}
