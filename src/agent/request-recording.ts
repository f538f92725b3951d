import { createId } from '../platform/id.ts';
import { protocolOf } from '../scheduling/appointment.ts';
import type { FrontDesk } from './front-desk.ts';
import { recordedMoment } from './recorded-moment.ts';
import type { StaffRequest } from './staff-request.ts';
import type { ToolAnswer, ToolContext } from './tool.ts';
import { wordingFor } from './visit-words.ts';

/** What a person asked for; the rest of a `StaffRequest` comes from the conversation. */
type RequestDraft = Pick<StaffRequest, 'kind' | 'name'> &
  Partial<Pick<StaffRequest, 'phone' | 'cpf' | 'text' | 'isUrgent' | 'wish'>>;

interface RequestRecorder {
  /**
   * Answers when the request is durable, with its protocol in `output` and `done` before it in the message.
   * The same draft again, even at the same time, gets the first one's protocol and writes nothing.
   */
  record(draft: RequestDraft, done: string, context: ToolContext): Promise<ToolAnswer>;
}

/** For one conversation; its size is bounded by the tool calls that a conversation may make. */
export function createRequestRecorder({ metrics, requests, state }: FrontDesk): RequestRecorder {
  const recorded = new Map<string, Promise<StaffRequest>>();

  async function save(request: StaffRequest): Promise<StaffRequest> {
    await requests.save(request);
    state.deeds.push({ type: 'request-recorded', request });
    metrics.count('staff_requests_total', { kind: request.kind });
    return request;
  }

  return {
    async record(draft, done, context) {
      const key = JSON.stringify(draft).toLowerCase();
      const before = recorded.get(key);
      if (before) return answerFor(await before, done, context);
      const saving = save(toRequest(draft, context));
      recorded.set(key, saving);
      try {
        const request = await saving;
        const effect = { requestId: request.id, kind: request.kind };
        return {
          ...answerFor(request, done, context),
          effects: [{ type: 'request-recorded', ...effect }],
        };
      } catch (error) {
        // Nothing was acknowledged, so it may be asked for again.
        recorded.delete(key);
        throw error;
      }
    },
  };
}

function toRequest(draft: RequestDraft, context: ToolContext): StaffRequest {
  const { channel, clinic, clock, conversationId } = context;
  const id = createId();
  return {
    schemaVersion: 1,
    id,
    protocol: protocolOf(id),
    status: 'open',
    clinic: clinic.id,
    channel,
    conversationId,
    timestamp: new Date(clock.wallMs()).toISOString(),
    phone: null,
    cpf: null,
    text: null,
    isUrgent: false,
    wish: null,
    ...draft,
    recordingMs: recordedMoment(context),
  };
}

function answerFor({ protocol }: StaffRequest, done: string, context: ToolContext): ToolAnswer {
  const code = wordingFor(context).code(protocol);
  return {
    outcome: 'ok',
    output: { ok: true, protocol, message: `${done} O protocolo é ${code}.` },
  };
}
