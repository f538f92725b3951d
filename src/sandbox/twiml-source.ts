import { errorSummary } from '../platform/errors.ts';
import { type SignedRequest, sendSigned } from './signed-request.ts';
import { readTwiml, type TwimlReading } from './twiml-reader.ts';

/** Twilio waits this long for TwiML. */
const webhookMs = 15_000;

/** Where the TwiML is fetched, or the TwiML itself. */
export type TwimlSource = { url: string; method: 'GET' | 'POST' } | { xml: string };

const twimlTypes = ['text/xml', 'application/xml', 'text/html'];

/** Fetches when needed. Trouble is Twilio's: 11200 no usable answer, 12300 not XML, 12100 and above as `readTwiml`. */
export async function readTwimlSource(
  source: TwimlSource,
  request: Pick<SignedRequest, 'params' | 'authToken' | 'signal'>,
): Promise<TwimlReading> {
  if ('xml' in source) return readTwiml(source.xml);
  try {
    const answer = await sendSigned({ ...request, ...source, timeoutMs: webhookMs });
    if (answer.status >= 300) return problem(11200, `the webhook answered ${answer.status}`);
    if (!twimlTypes.includes(answer.contentType)) {
      return problem(12300, 'the webhook did not answer with XML');
    }
    return readTwiml(answer.text);
  } catch (error) {
    return problem(11200, errorSummary(error).message);
  }
}

function problem(code: number, reason: string): TwimlReading {
  return { problem: { code, reason } };
}
