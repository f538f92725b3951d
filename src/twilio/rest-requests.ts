const progressEvents = ['initiated', 'ringing', 'answered', 'completed'];

export interface CallRequest {
  /** E.164, already checked. */
  to: string;
  /** E.164, a number of the account. */
  from: string;
  /** Address of the TwiML. */
  url: string;
  statusCallback: string;
  /** With it, Twilio listens for a machine while the call goes on, and tells this address who took it. */
  machineStatusUrl?: string;
  /** Longest call, seconds. */
  timeLimitS: number;
  /** How long it may ring, seconds (Twilio allows 600). */
  ringS: number;
}

export type MessageRequest = {
  /** E.164, already checked. */
  to: string;
  /** E.164, a number of the account; for WhatsApp, one that is registered there. */
  from: string;
  by: 'sms' | 'whatsapp';
  /** Told what becomes of it. */
  statusCallback?: string;
} & (
  | {
      /** Plain text, at most 1,600 characters. */
      body: string;
    }
  | {
      /** An approved template, `HX…`, and what fills it. */
      contentSid: string;
      contentVariables: Record<string, string>;
    }
);

export function toCreateOptions(request: CallRequest) {
  return {
    to: request.to,
    from: request.from,
    url: request.url,
    method: 'POST',
    statusCallback: request.statusCallback,
    statusCallbackMethod: 'POST',
    statusCallbackEvent: progressEvents,
    timeLimit: request.timeLimitS,
    timeout: request.ringS,
    ...(request.machineStatusUrl === undefined ? {} : toMachineDetection(request.machineStatusUrl)),
  };
}

/** Asynchronous: a person hears the agent at once. A machine is told of when its tone is over. */
function toMachineDetection(asyncAmdStatusCallback: string) {
  return {
    machineDetection: 'DetectMessageEnd',
    asyncAmd: 'true',
    asyncAmdStatusCallback,
    asyncAmdStatusCallbackMethod: 'POST',
  };
}

export function toMessageOptions(request: MessageRequest) {
  const { to, from, by, statusCallback } = request;
  const address = (e164: string) => (by === 'whatsapp' ? `whatsapp:${e164}` : e164);
  return {
    to: address(to),
    from: address(from),
    ...(statusCallback ? { statusCallback } : {}),
    ...('body' in request
      ? { body: request.body }
      : {
          contentSid: request.contentSid,
          contentVariables: JSON.stringify(request.contentVariables),
        }),
  };
}
