/** Small choices of a person on this machine: language, theme, clinic. Never data of patients. */
type Choice = 'language' | 'theme' | 'clinic' | 'chat-language';

export function remembered(name: Choice): string | undefined {
  try {
    return localStorage.getItem(`alo-${name}`) ?? undefined;
  } catch {
    // Storage may be switched off.
    return undefined;
  }
}

export function remember(name: Choice, value: string): void {
  try {
    localStorage.setItem(`alo-${name}`, value);
  } catch {
    // The choice lasts as long as the page.
  }
}
