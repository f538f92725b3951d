import { z } from 'zod';
import type { FrontDesk } from '../front-desk.ts';
import { defineTool, refused, type Tool } from '../tool.ts';
import { readBackText } from '../visit-summary.ts';
import { wordingFor } from '../visit-words.ts';

/** How often the end is put off for a read-back: a caller who does not listen must still be able to go. */
const mostRefusals = 2;

/** Asks for the end of the call; whoever holds the call lets the goodbye be heard first. */
export function createEndCall({ agenda, state }: FrontDesk): Tool {
  let refusals = 0;
  return defineTool({
    name: 'end_call',
    description:
      'Encerra a ligação. Chame só depois de se despedir, quando a pessoa não precisa de mais nada.',
    schema: z.strictObject({}),
    run(_, context) {
      // One that was just said is heard before the line is cut: whoever speaks over it keeps the call.
      const unheard = [...state.unheardReadBacks.values()].find(
        ({ id }) => !state.readBacksUnderWay.has(id),
      );
      if (unheard === undefined || refusals >= mostRefusals) {
        return { outcome: 'ok', output: { ok: true }, effects: [{ type: 'end-call' }] };
      }
      refusals += 1;
      return refused({
        code: 'read-back-pending',
        message: `Antes de encerrar, só para confirmar: ${readBackText(unheard, agenda, wordingFor(context))}`,
      });
    },
  });
}
