/** What the errors of the Realtime API mean for a call: pure judgement of codes, no sockets. */

import { at, word } from './wire-fields.ts';

/** Why a session ended. `fatal`: the same key and settings would fail again, so it is not retried. */
export interface SessionEnding {
  fatal: boolean;
  code: string;
}

/** Nothing can be generated on this account or key, whatever is sent. Connecting may well succeed, again and again. */
const fatalCodes = [
  'insufficient_quota',
  'invalid_api_key',
  'account_deactivated',
  'billing_hard_limit_reached',
  'billing_not_active',
  'access_terminated',
  'model_not_found',
];

/** The only values of the `code` label of `model_error_total`; any other code is counted as `other`. */
const labels: ReadonlySet<string> = new Set([
  ...fatalCodes,
  'session_expired',
  'session-config',
  'conversation_already_has_active_response',
  'response_cancel_not_active',
  'invalid_value',
  'invalid_type',
  'invalid_request_error',
  'item_not_found',
  'item_truncate_invalid_item_id',
  'item_delete_invalid_item_id',
  'cannot_update_voice',
  'missing_required_parameter',
  'unknown_parameter',
  'beta_api_shape_disabled',
  'input_audio_buffer_commit_empty',
  'rate_limit_exceeded',
  'server_error',
  'content_filter',
  'max_output_tokens',
  'first-words-dropped',
  'queue-full',
  'tool-calls-exceeded',
]);

/** Statuses of a refused upgrade that another try may overcome; other 3xx and 4xx are answers to what we asked. */
const passingStatuses = new Set([408, 409, 425, 429]);

/** Code of the session's own 60-minute limit, as the error event writes it. */
const expired = 'session_expired';

/** A code as a metric label: bounded, whatever the server writes. */
export function errorLabel(code: string): string {
  return labels.has(code) ? code : 'other';
}

/**
 * @param error its `code`, and its `type` as `kind`.
 * @returns how an error event ends the session, or `undefined` when the session goes on (most errors).
 */
export function endingByError(error: { code: string; kind?: string }): SessionEnding | undefined {
  for (const word of [error.code, error.kind]) {
    if (word !== undefined && fatalCodes.includes(word)) return { fatal: true, code: word };
  }
  return error.code === expired ? { fatal: false, code: expired } : undefined;
}

/** @param body what came with the refusal: JSON `{"error":{"code","type"}}` when it is OpenAI's, anything otherwise. */
export function endingByRefusal(status: number, body: string): SessionEnding {
  // Too many requests and an empty account have the same status; only the body tells them apart.
  const known = status === 429 ? endingByError(errorInBody(body)) : undefined;
  if (known?.fatal) return known;
  return { fatal: status < 500 && !passingStatuses.has(status), code: `http-${status}` };
}

/** @param reason of the close frame; OpenAI writes either a sentence or a dotted code there. */
export function endingByClose(closeCode: number, reason: string): SessionEnding {
  const fatal = fatalCodes.find((code) => reason.includes(code));
  if (fatal) return { fatal: true, code: fatal };
  if (reason.includes('maximum duration')) return { fatal: false, code: expired };
  return { fatal: false, code: `closed-${closeCode}` };
}

function errorInBody(body: string): { code: string; kind?: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { code: '' };
  }
  const error = at(parsed, 'error');
  const kind = word(at(error, 'type'));
  return { code: word(at(error, 'code')) ?? '', ...(kind ? { kind } : {}) };
}
