import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { StreamAddress } from './carrier-call.ts';

export const accountSid = 'AC00000000000000000000000000000bench'.slice(0, 34);
export const authToken = 'bench-auth-token';
const callerNumber = '+5588999990001';
const clinicNumber = '+558835430000';

/** Announces calls to the product as Twilio does: a signed webhook each, whose TwiML names stream and token. */
export class Dialling {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  async announce(index: number): Promise<StreamAddress> {
    const origin = `127.0.0.1:${this.#port}`;
    const callSid = callSidOf(index);
    const form = {
      AccountSid: accountSid,
      CallSid: callSid,
      Direction: 'inbound',
      From: callerNumber,
      To: clinicNumber,
    };
    const twiml = await this.#post(
      '/incoming-call',
      form,
      sign(`http://${origin}/incoming-call`, form),
    );
    const token = /<Parameter name="token" value="([^"]+)"/.exec(twiml)?.[1];
    if (token === undefined) throw new Error(`no stream for call ${index}: ${twiml}`);
    return {
      port: this.#port,
      headers: { 'X-Twilio-Signature': sign(`ws://${origin}/media-stream`, {}) },
      callSid,
      accountSid,
      parameters: { token },
    };
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(path: string, form: Record<string, string>, signature: string): Promise<string> {
    const body = new URLSearchParams(form).toString();
    return new Promise((resolve, reject) => {
      const posted = request(
        {
          host: '127.0.0.1',
          port: this.#port,
          path,
          method: 'POST',
          agent: this.#agent,
          headers: {
            'Content-Type': 'application/x-www-form-urlencoded',
            'Content-Length': Buffer.byteLength(body),
            'X-Twilio-Signature': signature,
          },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (part: string) => {
            text += part;
          });
          response.on('end', () => resolve(text));
        },
      );
      posted.on('error', reject);
      posted.end(body);
    });
  }
}

/** Where a stream goes that nobody announced: the relay asks for nothing. */
export function unannounced(port: number, index: number): StreamAddress {
  return { port, headers: {}, callSid: callSidOf(index), accountSid, parameters: {} };
}

function callSidOf(index: number): string {
  return `CA${String(index).padStart(32, '0')}`;
}

/** X-Twilio-Signature (twilio.com/docs/usage/security). */
function sign(url: string, form: Record<string, string>): string {
  const fields = Object.entries(form).sort(([a], [b]) => (a < b ? -1 : 1));
  const signed = url + fields.flat().join('');
  return createHmac('sha1', authToken).update(signed).digest('base64');
}
