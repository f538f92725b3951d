import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';

/** One request as Twilio sends it: a form (or a query), signed when the account has a token. */
export interface SignedRequest {
  url: string;
  method: 'GET' | 'POST';
  params: Record<string, string>;
  authToken?: string | undefined;
  timeoutMs: number;
  signal?: AbortSignal;
}

export interface WebhookAnswer {
  status: number;
  /** Without parameters, lower case; empty when absent. */
  contentType: string;
  text: string;
}

/** Rejects when there is no answer within `timeoutMs`. */
export async function sendSigned(request: SignedRequest): Promise<WebhookAnswer> {
  const { method, params, authToken } = request;
  const isPost = method === 'POST';
  const url = isPost ? request.url : withQuery(request.url, params);
  const headers: Record<string, string> = { 'user-agent': 'TwilioProxy/1.1', accept: '*/*' };
  if (authToken !== undefined) {
    headers['x-twilio-signature'] = sign(authToken, url, isPost ? params : {});
  }
  const timeout = AbortSignal.timeout(request.timeoutMs);
  const response = await fetch(url, {
    method,
    headers,
    ...(isPost ? { body: new URLSearchParams(params) } : {}),
    signal: request.signal ? AbortSignal.any([timeout, request.signal]) : timeout,
  });
  const contentType = response.headers.get('content-type')?.split(';')[0]?.trim() ?? '';
  return {
    status: response.status,
    contentType: contentType.toLowerCase(),
    text: await response.text(),
  };
}

/** `X-Twilio-Signature` over exactly this address and these parameters. */
export function sign(authToken: string, url: string, params: Record<string, string>): string {
  return getExpectedTwilioSignature(authToken, url, params);
}

function withQuery(url: string, params: Record<string, string>): string {
  const query = new URLSearchParams(params).toString();
  return `${url}${url.includes('?') ? '&' : '?'}${query}`;
}
