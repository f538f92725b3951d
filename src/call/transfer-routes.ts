import type { FastifyInstance, FastifyReply } from 'fastify';
import { clinicForNumber } from '../agent/clinic-loader.ts';
import type { StaffReply } from '../agent/transfer-outcome.ts';
import { askStaff } from '../twilio/transfer-twiml.ts';
import { emptyResponse, fallback, hangup, twimlContentType } from '../twilio/twiml.ts';
import type { AnnouncedCall } from './announced-call.ts';
import { isCarrierId, toCallerE164 } from './caller-number.ts';
import type { DialStatus, StaffStep, Transfers } from './transfers.ts';
import {
  apologyWithoutWayOut,
  connectToAgent,
  formOf,
  isSigned,
  queryOf,
  remember,
  type VoiceRouteParts,
} from './voice-routes.ts';

/** Answers remembered, so that a webhook delivered twice gets the same one. */
const mostAnswers = 500;

/** What the carrier asks while it puts a caller through: what to tell the person called, and what comes afterwards. */
export function transferRoutes(
  app: FastifyInstance,
  parts: VoiceRouteParts & { transfers: Transfers },
): void {
  const { transfers } = parts;
  const answers = new Map<string, Promise<string>>();

  app.post('/transfer-whisper', async (request, reply) => {
    if (!isSigned(parts, request)) return reply.code(403).send();
    const { AnsweredBy } = formOf(request);
    const token = tokenIn(queryOf(request));
    return tellStaff(reply, await transfers.whisper(token, toAnsweredBy(AnsweredBy)));
  });

  app.post('/transfer-answer', async (request, reply) => {
    if (!isSigned(parts, request)) return reply.code(403).send();
    const token = tokenIn(queryOf(request));
    return tellStaff(reply, await transfers.reply(token, toReply(formOf(request))));
  });

  function tellStaff(reply: FastifyReply, step: StaffStep | undefined): FastifyReply {
    // Not an error status: what the carrier makes of one is its own affair, and nobody may be joined by it.
    const twiml = step ? twimlOf(step, parts.publicUrl()) : hangup();
    return reply.type(twimlContentType).send(twiml);
  }

  app.post('/transfer-ended', async (request, reply) => {
    if (!isSigned(parts, request)) return reply.code(403).send();
    const { transfer } = queryOf(request);
    const id = typeof transfer === 'string' ? transfer : '';
    const form = formOf(request);
    const key = `${id} ${form.CallSid}`;
    const answer = answers.get(key) ?? afterDial(id, form);
    remember(answers, key, answer, mostAnswers);
    return reply.type(twimlContentType).send(await answer);
  });

  function announcedIn(form: Record<string, unknown>, callSid: string): AnnouncedCall {
    const [from, to] = [toCallerE164(form.From), toCallerE164(form.To)];
    const direction = /^outbound/.test(String(form.Direction)) ? 'outbound' : 'inbound';
    const ours = direction === 'inbound' ? to : from;
    const clinic = clinicForNumber(parts.clinics, ours, parts.fallbackClinic);
    return { callSid, clinic, direction, from, to };
  }

  async function afterDial(id: string, form: Record<string, unknown>): Promise<string> {
    const { CallSid: callSid, AccountSid: accountSid, CallStatus, DialCallStatus } = form;
    const status = toDialStatus(DialCallStatus);
    if (!isCarrierId(callSid) || !isCarrierId(accountSid)) return hangup();
    const callerGone = typeof CallStatus === 'string' && CallStatus !== 'in-progress';
    const next = await transfers.ended(id, { callSid, status, callerGone });
    if (next === 'over' || callerGone) return hangup();
    // Nothing is known of it any more: what the two have said is done; with nobody reached, the call begins anew.
    if (!next && status === 'completed') return hangup();
    try {
      return connectToAgent(parts, next ?? announcedIn(form, callSid), accountSid).twiml;
    } catch (err) {
      parts.log.error({ err, callSid }, 'a call could not go on after a transfer');
      return fallback({ apology: apologyWithoutWayOut });
    }
  }
}

function twimlOf(step: StaffStep, publicUrl: string): string {
  switch (step.next) {
    case 'ask': {
      const { say, answerPath, answerMs } = step;
      return askStaff({ say, answerMs, answerUrl: `${publicUrl}${answerPath}` });
    }
    case 'bridge':
      return emptyResponse();
    case 'hang-up':
      return hangup();
  }
}

function tokenIn({ token }: Record<string, unknown>): string {
  return typeof token === 'string' ? token : '';
}

function toReply(form: Record<string, unknown>): StaffReply {
  const { Digits, SpeechResult, AnsweredBy } = form;
  return {
    ...(typeof Digits === 'string' ? { key: Digits } : {}),
    ...(typeof SpeechResult === 'string' ? { words: SpeechResult } : {}),
    answeredBy: toAnsweredBy(AnsweredBy),
  };
}

/** `machine_start`, `machine_end_beep` … are one to us, and a fax takes no calls either. */
function toAnsweredBy(answeredBy: unknown): 'human' | 'machine' | 'unknown' {
  if (typeof answeredBy !== 'string') return 'unknown';
  if (/^(?:machine|fax)/.test(answeredBy)) return 'machine';
  return answeredBy === 'human' ? 'human' : 'unknown';
}

function toDialStatus(status: unknown): DialStatus {
  if (status === 'completed' || status === 'answered') return 'completed';
  if (status === 'busy' || status === 'failed') return status;
  return 'no-answer';
}
