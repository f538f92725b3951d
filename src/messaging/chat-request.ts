import { optOutNumber } from '../agent/opt-out-store.ts';
import type { ScriptBody } from '../agent/script-record.ts';
import { type ScriptRun, summaryOf } from '../agent/script-run.ts';
import type { StaffRequest } from '../agent/staff-request.ts';
import type { Conversation } from './conversation-record.ts';

/** Of `StaffRequest.text`. */
const longestText = 1_000;
/** Of whom nobody asked the name. */
const nameless = 'Sem nome';

/** What staff find in their list when a script was carried through. Pure. */
export function requestOf(
  conversation: Pick<Conversation, 'id' | 'clinic' | 'channel' | 'senderName' | 'senderKey'>,
  run: ScriptRun,
  body: ScriptBody,
  made: Pick<StaffRequest, 'id' | 'protocol' | 'timestamp'>,
): StaffRequest {
  const { id, clinic, channel, senderName, senderKey } = conversation;
  return {
    schemaVersion: 1,
    ...made,
    kind: body.tools.includes('request_results') ? 'exam-results' : 'message',
    status: 'open',
    ...{ clinic, channel, conversationId: id },
    ...collectedOf(run, body, senderName),
    phone:
      answerTo('phone', run, body) ??
      (channel === 'whatsapp' ? (optOutNumber(senderKey) ?? null) : null),
    isUrgent: false,
    wish: null,
    recordingMs: null,
  };
}

/** The same request after an answer was changed; who has taken it, and whether it is done, stays. */
export function correctedRequest(
  kept: StaffRequest,
  run: ScriptRun,
  body: ScriptBody,
): StaffRequest {
  return {
    ...kept,
    ...collectedOf(run, body, kept.name),
    phone: answerTo('phone', run, body) ?? kept.phone,
  };
}

function collectedOf(run: ScriptRun, body: ScriptBody, name: string | null) {
  return {
    name: (answerTo('name', run, body) ?? name ?? nameless).slice(0, 120),
    cpf: answerTo('cpf', run, body),
    text: summaryOf(body.name, run).slice(0, longestText),
  };
}

function answerTo(type: string, run: ScriptRun, body: ScriptBody): string | null {
  const question = body.questions.find((one) => one.type === type);
  const step = run.steps.find(({ id, isChecked }) => id === question?.id && isChecked);
  return step?.value ?? null;
}
