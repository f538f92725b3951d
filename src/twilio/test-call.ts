import { setTimeout as sleep } from 'node:timers/promises';
import { type Finding, fail, ok, warn } from '../platform/finding.ts';
import type { TwilioRest } from './rest-client.ts';

/** How often the carrier is asked what became of the call, and how many times: it rings 30 s and lasts at most 30 s. */
const askEveryMs = 2_000;
const mostAsked = 35;

const sentence =
  'Esta é uma ligação de teste do atendimento da clínica. Se a senhora ou o senhor ouviu esta frase, está tudo certo. Até logo.';

export interface TestCall {
  /** E.164, already checked. */
  to: string;
  /** The account's number, E.164. */
  from: string | undefined;
  /** Whether the person at the keyboard wants it. */
  confirm: (question: string) => Promise<boolean>;
  /** Waits between questions; for tests. */
  pause?: (ms: number) => Promise<unknown>;
}

type CallingAccount = Pick<TwilioRest, 'sayTo' | 'findCalls'>;

/** Rings one telephone, says one sentence and hangs up; then what became of it. Nothing is dialled without a yes. */
export async function placeTestCall(carrier: CallingAccount, call: TestCall): Promise<Finding> {
  const about = 'test call';
  const { to, from, confirm } = call;
  if (!from) return fail(about, 'TWILIO_PHONE_NUMBER is not set: there is no number to call from.');
  if (!(await confirm(`Call ${to} from ${from} now? It is billed. Type yes to call: `)))
    return warn(about, 'nobody was called: it was not confirmed.');
  const placed = await carrier.sayTo({ to, from, text: sentence });
  if (placed.outcome === 'refused') return fail(about, `${placed.messageEn} Nobody was called.`);
  if (placed.outcome === 'unknown')
    return fail(about, 'Twilio gave no answer: it may be ringing. It is not tried again.');
  return outcomeFinding(await waitForEnd(carrier, placed.callSid, call), to);
}

async function waitForEnd(
  carrier: CallingAccount,
  callSid: string,
  { to, from = '', pause = sleep }: TestCall,
): Promise<string> {
  let status = 'queued';
  for (let asked = 0; asked < mostAsked; asked += 1) {
    await pause(askEveryMs);
    const search = await carrier.findCalls({ to, from });
    if (search.outcome === 'failed') continue;
    status = search.calls.find((one) => one.callSid === callSid)?.status ?? status;
    if (!['queued', 'initiated', 'ringing', 'in-progress', 'answered'].includes(status)) break;
  }
  return status;
}

function outcomeFinding(status: string, to: string): Finding {
  const about = 'test call';
  if (status === 'completed') return ok(about, `${to} was rung, answered, and heard the sentence`);
  if (status === 'failed') return fail(about, `Twilio could not reach ${to} (failed).`);
  return warn(about, `Twilio took the call to ${to}; nobody answered it (${status}).`);
}
