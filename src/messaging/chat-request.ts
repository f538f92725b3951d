import type { ScriptBody } from '../agent/script-record.ts';
import { type ScriptRun, summaryOf } from '../agent/script-run.ts';
import type { StaffRequest } from '../agent/staff-request.ts';
import type { ChatVisit } from './chat-visit-record.ts';

/** Of `StaffRequest.text`. */
const longestText = 1_000;

/** What staff find in their list when a script was carried through. Pure. */
export function requestOf(
  visit: Pick<ChatVisit, 'clinic' | 'name'>,
  run: ScriptRun,
  body: ScriptBody,
  made: Pick<StaffRequest, 'id' | 'protocol' | 'conversationId' | 'timestamp'>,
): StaffRequest {
  const answerTo = (type: string) => {
    const question = body.questions.find((one) => one.type === type);
    const step = run.steps.find(({ id, isChecked }) => id === question?.id && isChecked);
    return step?.value ?? null;
  };
  return {
    schemaVersion: 1,
    ...made,
    kind: body.tools.includes('request_results') ? 'exam-results' : 'message',
    status: 'open',
    clinic: visit.clinic,
    channel: 'web-chat',
    name: (answerTo('name') ?? visit.name).slice(0, 120),
    phone: answerTo('phone'),
    cpf: answerTo('cpf'),
    text: summaryOf(body.name, run).slice(0, longestText),
    isUrgent: false,
    wish: null,
    recordingMs: null,
  };
}
