import type { StaffRequest } from './staff-request.ts';

/** Under this name the person's yes to all that was collected is recorded. */
export const reviewQuestion = 'conferir';

/** Where the answers of one conversation's script are kept, for the tool that records them. */
export interface ScriptNotebook {
  /** Durable when it resolves. @param given.turn `ToolContext.callerTurn()`. Rejects with STORE_WRITE_FAILED. */
  record(given: { question: string; answer: string; turn: number }): Promise<NotebookAnswer>;
  /** Another script, or none. @returns its name */
  changeSubject(subject: string): Promise<string | null>;
}

export type NotebookAnswer =
  /** Kept, or to be asked again; `message` is what the person is asked now. */
  | { outcome: 'next'; question: string; message: string }
  | { outcome: 'unfit'; question: string; message: string }
  /** All is kept; the work itself is done by other tools. */
  | { outcome: 'complete' }
  /** The person said no where the script needs a yes. */
  | { outcome: 'given-up'; message: string }
  /** Staff have it. */
  | { outcome: 'filed'; request: StaffRequest; isNew: boolean; message: string }
  | { outcome: 'unknown-question'; questions: string[] }
  | { outcome: 'no-script' };
