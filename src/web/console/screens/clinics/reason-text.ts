import { words } from './words.ts';

/** Why something is not answered, in words; a code that is not known here as it is. */
export function reasonText(reason: string): string {
  const w = words();
  const known: Record<string, string> = {
    'no-number': w.noNumber,
    draining: w.draining,
    full: w.full,
    'out-of-descriptors': w.outOfDescriptors,
    'queue-unusable': w.queueUnusable,
    'twilio-unauthorized': w.twilioRefused,
    'twilio-not-active': w.twilioInactive,
    'twilio-unreachable': w.twilioAway,
  };
  if (reason.startsWith('model refused')) return w.modelRefused;
  if (reason.startsWith('model unreachable')) return w.modelAway;
  return known[reason] ?? reason;
}
