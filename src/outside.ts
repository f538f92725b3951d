import type { Config } from './config.ts';
import type { Clock } from './platform/clock.ts';
import type { Log } from './platform/log.ts';
import { createSignatureCheck } from './twilio/webhook-signature.ts';

/** What stands outside this process: the real services, or the sandbox that plays them. */
export async function openOutside(config: Config, parts: { clock: Clock; log: Log }) {
  if (config.mode === 'sandbox') {
    const { openSandbox } = await import('./sandbox/sandbox.ts');
    const sandbox = await openSandbox(parts);
    return {
      sandbox,
      signature: undefined,
      realtimeUrl: sandbox.realtimeUrl,
      openaiUrl: sandbox.openaiUrl,
      openaiKey: 'sandbox',
      twilioUrl: sandbox.twilioUrl,
      accountSid: sandbox.accountSid,
      authToken: sandbox.authToken,
      phoneNumber: sandbox.phoneNumber,
    };
  }
  const authToken = config.TWILIO_AUTH_TOKEN ?? '';
  return {
    sandbox: undefined,
    signature: createSignatureCheck({ authToken, publicUrl: config.PUBLIC_URL ?? '' }),
    realtimeUrl: config.OPENAI_REALTIME_URL,
    openaiUrl: config.OPENAI_BASE_URL,
    openaiKey: config.OPENAI_API_KEY ?? '',
    twilioUrl: config.TWILIO_API_URL,
    accountSid: config.TWILIO_ACCOUNT_SID ?? '',
    authToken,
    phoneNumber: config.TWILIO_PHONE_NUMBER,
  };
}

export type Outside = Awaited<ReturnType<typeof openOutside>>;
