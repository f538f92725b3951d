import { type Finding, fail, ok, warn } from '../platform/finding.ts';
import type { TwilioRest } from './rest-client.ts';

interface NumberLookup {
  numberE164: string | undefined;
  publicUrl: string | undefined;
  /** Set the voice webhook when it is another. */
  isToBeFixed: boolean;
}

type CarrierAccount = Pick<TwilioRest, 'checkAccount' | 'findNumber' | 'setVoiceWebhook'>;

/** The credentials work, the number is ours and rings here. */
export async function checkCarrier(carrier: CarrierAccount, lookup: NumberLookup) {
  const account = await carrier.checkAccount();
  if (!account.ok) return [fail('twilio', accountFaults[account.reason])];
  const trial = ', a trial one: it calls verified numbers only';
  const healthy = ok('twilio', `the account is active${account.isTrial ? trial : ''}`);
  return [healthy, await numberFinding(carrier, lookup)];
}

const accountFaults = {
  unauthorized: 'TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN were refused: copy both again.',
  'not-active': 'the Twilio account is suspended or closed.',
  unreachable: 'TWILIO_API_URL did not answer: check network and address.',
} as const;

async function numberFinding(carrier: CarrierAccount, lookup: NumberLookup): Promise<Finding> {
  const about = 'number';
  const { numberE164, publicUrl, isToBeFixed } = lookup;
  if (!numberE164)
    return warn(
      about,
      'TWILIO_PHONE_NUMBER is not set: no outbound calls, and its webhook is not checked.',
    );
  const found = await carrier.findNumber(numberE164);
  if (found.outcome === 'failed')
    return fail(
      about,
      `Twilio did not list the numbers of the account (${found.httpStatus || 'no answer'}).`,
    );
  if (found.outcome === 'not-found')
    return fail(about, `TWILIO_PHONE_NUMBER ${numberE164} is not a number of this account.`);
  if (!publicUrl)
    return warn(about, `${numberE164} exists; without PUBLIC_URL its webhook is not checked.`);
  const wanted = `${publicUrl}/incoming-call`;
  // Twilio keeps its connection overrides (#rt=…) behind the address.
  if (found.voiceUrl.split('#', 1)[0] === wanted)
    return ok(about, `${numberE164} rings at ${wanted}`);
  const now = found.voiceUrl || 'nothing';
  if (!isToBeFixed)
    return fail(
      about,
      `${numberE164} rings at ${now}, not at ${wanted}: run npm run doctor -- --fix-webhook.`,
    );
  return (await carrier.setVoiceWebhook(found.sid, wanted)) === 'set'
    ? ok(about, `${numberE164} now rings at ${wanted} (before: ${now})`)
    : fail(about, `Twilio did not take ${wanted} as the webhook of ${numberE164}.`);
}
