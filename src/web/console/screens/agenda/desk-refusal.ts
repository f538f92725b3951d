import type { SlotView } from '../../../../console/agenda-view.ts';
import { ApiProblem, problemText } from '../../../ui/api.ts';

/** What the server said besides its sentence: fields to mend, other times, who is in the way. */
export interface DeskRefusal {
  text: string;
  fields: Record<string, string>;
  alternatives: SlotView[];
  appointments: { id: string; day: string; time: string; patient: string }[];
}

export function deskRefusal(error: unknown): DeskRefusal {
  const body = error instanceof ApiProblem ? error.body : undefined;
  const told = (body as { error?: Partial<DeskRefusal> } | undefined)?.error;
  return {
    text: problemText(error),
    fields: told?.fields ?? {},
    alternatives: told?.alternatives ?? [],
    appointments: told?.appointments ?? [],
  };
}

/** For a form that may be sent twice by mistake: 26 letters, as ids have. */
export function formKey(): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  const bytes = crypto.getRandomValues(new Uint8Array(26));
  return Array.from(bytes, (byte) => alphabet[byte & 31]).join('');
}
