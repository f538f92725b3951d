import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  endingByClose,
  endingByError,
  endingByRefusal,
  errorLabel,
} from '../../src/openai/model-errors.ts';

describe('what an error of the model means for the session', () => {
  it.each([
    'insufficient_quota',
    'invalid_api_key',
    'account_deactivated',
    'billing_hard_limit_reached',
    'billing_not_active',
  ])('%s ends it for good', (code) => {
    expect(endingByError({ code })).toEqual({ fatal: true, code });
  });

  it('an account named in the type only ends it for good', () => {
    const error = { code: 'unknown', kind: 'insufficient_quota' };
    expect(endingByError(error)).toEqual({ fatal: true, code: 'insufficient_quota' });
  });

  it('an expired session ends, and a new one may be opened', () => {
    const ending = { fatal: false, code: 'session_expired' };
    expect(endingByError({ code: 'session_expired' })).toEqual(ending);
  });

  it.each([
    'response_cancel_not_active',
    'invalid_value',
    'item_truncate_invalid_item_id',
    'cannot_update_voice',
    'conversation_already_has_active_response',
    'rate_limit_exceeded',
    'server_error',
    'never seen before',
  ])('%s leaves it open', (code) => {
    expect(endingByError({ code, kind: 'invalid_request_error' })).toBeUndefined();
  });
});

describe('what a refused connection means', () => {
  const quota = JSON.stringify({
    error: { type: 'insufficient_quota', code: 'insufficient_quota' },
  });

  it.each([
    [401, '', true, 'http-401'],
    [403, '{"error":{"code":"invalid_api_key"}}', true, 'http-403'],
    [404, '', true, 'http-404'],
    [429, quota, true, 'insufficient_quota'],
    [429, '{"error":{"code":"rate_limit_exceeded"}}', false, 'http-429'],
    [429, '<html>', false, 'http-429'],
    [429, 'null', false, 'http-429'],
    [408, '', false, 'http-408'],
    [500, quota, false, 'http-500'],
    [503, '', false, 'http-503'],
  ])('%i with body %j: fatal is %s', (status, body, fatal, code) => {
    expect(endingByRefusal(status, body)).toEqual({ fatal, code });
  });

  it('any body at all gives a verdict', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        expect(endingByRefusal(503, body)).toEqual({ fatal: false, code: 'http-503' });
        expect(endingByRefusal(429, body).code).toMatch(/^[a-z_0-9-]+$/);
      }),
    );
  });
});

describe('what a closed connection means', () => {
  it.each([
    [1001, 'Your session hit the maximum duration of 60 minutes.', false, 'session_expired'],
    [3000, 'invalid_request_error.invalid_api_key', true, 'invalid_api_key'],
    [1006, '', false, 'closed-1006'],
    [1011, 'keepalive ping timeout', false, 'closed-1011'],
  ])('%i %j: fatal is %s', (closeCode, reason, fatal, code) => {
    expect(endingByClose(closeCode, reason)).toEqual({ fatal, code });
  });
});

it('a metric label is one of a known few, whatever the server writes', () => {
  expect(errorLabel('invalid_value')).toBe('invalid_value');
  fc.assert(
    fc.property(fc.string(), (code) => {
      fc.pre(errorLabel(code) !== code);
      expect(errorLabel(code)).toBe('other');
    }),
  );
});
