import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { ToolContext } from './tool.ts';

/**
 * The number the conversation comes from, when it is one that somebody can be called back on. Carriers spell “anonymous”
 * as digits (`+266696687`): taken for a number, all hidden callers would be one person.
 */
export function callerNumber({ callerE164 }: Pick<ToolContext, 'callerE164'>): string | undefined {
  if (!callerE164?.startsWith('+')) return undefined;
  const parsed = parsePhoneNumberFromString(callerE164);
  return parsed?.isValid() ? parsed.number : undefined;
}
