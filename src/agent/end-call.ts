import { z } from 'zod';
import { defineTool, type Tool } from './tool.ts';

/** Asks for the end of the call; whoever holds the call lets the goodbye be heard first. */
export const endCall: Tool = defineTool({
  name: 'end_call',
  description:
    'Encerra a ligação. Chame só depois de se despedir, quando a pessoa não precisa de mais nada.',
  schema: z.strictObject({}),
  run: () => ({ outcome: 'ok', output: { ok: true }, effects: [{ type: 'end-call' }] }),
});
