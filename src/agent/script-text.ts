import { plainText } from './plain-text.ts';

const roleMark = /<\/?(?:system|assistant|developer|user|tool|script)\b[^>]*>/gi;

/** {@link plainText} without what a model could read as the name of a role. */
export function withoutUnsafeText(text: string): string {
  return plainText(plainText(text).replace(roleMark, ' '));
}
