import { type EmergencyWatch, emergencyOpenRefusal } from './emergency-watch.ts';
import { refused, type Tool } from './tool.ts';

/** What waits while somebody may be in danger. Looking things up and leaving word for the staff do not. */
const waiting: ReadonlySet<string> = new Set([
  'hold_slots',
  'choose_payment',
  'review_appointment',
  'confirm_appointment',
  'cancel_appointment',
  // Who was asked a question is not hung up on.
  'end_call',
]);

/** The same tools, of which those that book, move, cancel or hang up are refused while an emergency is open. */
export function guardedInEmergency(
  tools: readonly Tool[],
  watch: Pick<EmergencyWatch, 'mayBook'>,
): Tool[] {
  return tools.map((tool) => (waiting.has(tool.definition.name) ? guarded(tool, watch) : tool));
}

function guarded(tool: Tool, { mayBook }: Pick<EmergencyWatch, 'mayBook'>): Tool {
  return {
    definition: tool.definition,
    prepare(argumentsValue) {
      const prepared = tool.prepare(argumentsValue);
      if (!prepared.accepted) return prepared;
      const run: typeof prepared.run = (context) =>
        mayBook() ? prepared.run(context) : Promise.resolve(refused(emergencyOpenRefusal));
      return { ...prepared, run };
    },
  };
}
