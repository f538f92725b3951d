import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';

/** Length of every X-Twilio-Signature: base64 of a SHA-1 HMAC. Others are refused without hashing. */
const signatureLength = 28;

export interface SignatureCheck {
  /**
   * An HTTP webhook. `rawUrl` is the request line's path and query exactly as received (`request.raw.url`);
   * `params` are the decoded form fields of a POST (a repeated field is an array), `{}` for a GET.
   */
  webhook(
    rawUrl: string,
    signature: string | string[] | undefined,
    params: Record<string, unknown>,
  ): boolean;
  /** The handshake of a media stream: signed over the `wss://` address that the TwiML named, without parameters. */
  upgrade(rawUrl: string, signature: string | string[] | undefined): boolean;
}

/**
 * Checks X-Twilio-Signature (twilio.com/docs/usage/security): HMAC-SHA1 over the address Twilio was given and all form
 * fields, compared in constant time. The address is `publicUrl` + the raw request url and never comes from a header,
 * so that `Host` and `X-Forwarded-*` cannot choose what is checked.
 *
 * @param options.publicUrl may have a path prefix that a proxy removes before the request arrives here.
 */
export function createSignatureCheck(options: {
  authToken: string;
  publicUrl: string;
}): SignatureCheck {
  const { authToken } = options;
  const httpBase = options.publicUrl.replace(/\/+$/, '');
  const socketBase = httpBase.replace(/^http/i, 'ws');

  const isSigned = (url: string, signature: string, params: Record<string, unknown>) => {
    try {
      return validateRequest(authToken, signature, url, params);
    } catch {
      return false; // twilio's function throws on an address that is no URL
    }
  };

  return {
    webhook(rawUrl, signature, params) {
      if (!isPath(rawUrl) || !isSignature(signature) || !isForm(params)) return false;
      return isSigned(httpBase + rawUrl, signature, params);
    },
    upgrade(rawUrl, signature) {
      if (!isPath(rawUrl) || !isSignature(signature)) return false;
      const url = socketBase + rawUrl;
      return [url, `${url}/`, withSecurePort(url)].some((form) => isSigned(form, signature, {}));
    },
  };
}

/** twilio 6.2.0 takes :80 for the default port of `wss:`; the form with :443 has to be tried by name. */
function withSecurePort(url: string): string {
  return url.replace(/^(wss:\/\/(?:\[[^\]]*\]|[^/:?#]*))(?=[/?#]|$)/i, '$1:443');
}

/** An absolute-form request target (`GET http://elsewhere/`) must not be glued to our address. */
function isPath(rawUrl: string): boolean {
  return rawUrl.startsWith('/');
}

function isSignature(signature: string | string[] | undefined): signature is string {
  return typeof signature === 'string' && signature.length === signatureLength;
}

/**
 * Only what a form can carry: text, or a list of texts. Twilio's sum ignores an empty list and writes numbers, `null`
 * and nested lists as text, so a JSON body could otherwise carry more than what was signed.
 */
function isForm(params: Record<string, unknown>): boolean {
  return Object.values(params).every(
    (value) =>
      typeof value === 'string' ||
      (Array.isArray(value) &&
        value.length > 0 &&
        value.every((one: unknown) => typeof one === 'string')),
  );
}
