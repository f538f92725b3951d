import type { DialogueLine } from './dialogue-state.ts';
import { plain } from './portuguese-slots.ts';
import { readToolOutput } from './tool-output.ts';

/**
 * After a reconnection the tools' outcomes come back as written notes behind the conversation. Each is put back before
 * the line in which the agent told it; what was never told stays where it is: it is news.
 */

interface Outcome {
  name: string;
  output: string;
  message: string;
}

/** So much of a message must be found in what was said. Characters. */
const tellingLength = 24;

export function placeNotes(lines: readonly DialogueLine[]): DialogueLine[] {
  const spoken: DialogueLine[] = [];
  let notes = 0;
  for (const line of lines) {
    if (line.kind !== 'note') {
      spoken.push(line);
      continue;
    }
    const outcomes = outcomesIn(line.text);
    insert(spoken, outcomes, notes);
    notes += outcomes.length;
  }
  return spoken;
}

/** Where one was told, the silent ones before it came before it. */
function insert(lines: DialogueLine[], outcomes: readonly Outcome[], firstId: number): void {
  let from = 0;
  let waiting: DialogueLine[] = [];
  for (const [i, outcome] of outcomes.entries()) {
    waiting.push(...asLines(outcome, `note-${firstId + i}`));
    const at = lines.findIndex((line, index) => index >= from && tells(line, outcome.message));
    if (at < 0) continue;
    lines.splice(at, 0, ...waiting);
    from = at + waiting.length + 1;
    waiting = [];
  }
  lines.push(...waiting);
}

function outcomesIn(note: string): Outcome[] {
  return note.split('\n').flatMap((line) => {
    const name = /\bferramenta ([a-z_]+)/.exec(line)?.[1];
    const output = /\{.*\}?/.exec(line)?.[0];
    return name && output ? [{ name, output, message: readToolOutput(output).message }] : [];
  });
}

function asLines({ name, output }: Outcome, callId: string): DialogueLine[] {
  return [
    { kind: 'tool-call', callId, name },
    { kind: 'tool-output', callId, output },
  ];
}

function tells(line: DialogueLine, message: string): boolean {
  if (line.kind !== 'agent' || message === '') return false;
  const said = plain(line.text);
  const told = plain(message);
  const start = told.slice(0, tellingLength);
  return said.includes(start) || (said.length >= tellingLength / 2 && told.startsWith(said));
}
