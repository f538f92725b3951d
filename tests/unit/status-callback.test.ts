import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CallProgress,
  isOver,
  nextCallStatus,
  parseDialReference,
  parseMachineCallback,
  parseStatusCallback,
  type StatusCallback,
} from '../../src/twilio/status-callback.ts';

const callback = (wireStatus: string, sequence?: number): StatusCallback => {
  const parsed = parseStatusCallback({
    CallSid: 'CA1',
    CallStatus: wireStatus,
    ...(sequence === undefined ? {} : { SequenceNumber: String(sequence) }),
  });
  if (parsed === undefined) throw new Error('the callback was not understood');
  return parsed;
};
const knownAfter = (callbacks: StatusCallback[]) =>
  callbacks.reduce<CallProgress | undefined>(nextCallStatus, undefined);

describe('a call status callback', () => {
  it('of a finished call carries duration and SIP answer', () => {
    expect(
      parseStatusCallback({
        CallSid: 'CA45397943c1c7a49f7b7713c230107a',
        AccountSid: 'AC1',
        CallStatus: 'completed',
        CallDuration: '73',
        Duration: '2',
        SipResponseCode: '200',
        SequenceNumber: '3',
        CallbackSource: 'call-progress-events',
        NewField: 'of next year',
      }),
    ).toEqual({
      callSid: 'CA45397943c1c7a49f7b7713c230107a',
      status: 'completed',
      sequence: 3,
      durationS: 73,
      sipCode: 200,
    });
  });

  it('writes cancelled in our spelling', () => {
    expect(callback('canceled').status).toBe('cancelled');
  });

  it.each<[string, Record<string, unknown>]>([
    ['without a call', { CallStatus: 'completed' }],
    ['with two calls', { CallSid: ['CA1', 'CA2'], CallStatus: 'completed' }],
    ['with a path for a call', { CallSid: '../CA1', CallStatus: 'completed' }],
    ['without a status', { CallSid: 'CA1' }],
    ['with a status of the future', { CallSid: 'CA1', CallStatus: 'teleported' }],
    [
      'with the name of an object’s part for a status',
      { CallSid: 'CA1', CallStatus: 'constructor' },
    ],
    ['with two statuses', { CallSid: 'CA1', CallStatus: ['ringing', 'completed'] }],
    ['without anything', {}],
  ])('%s is none', (_, params) => {
    expect(parseStatusCallback(params)).toBeUndefined();
  });

  it.each(['-1', '1.5', 'abc', '', '9999999999', ['1']])(
    'with the sequence %j has none',
    (value) => {
      const params = { CallSid: 'CA1', CallStatus: 'ringing', SequenceNumber: value };
      expect(parseStatusCallback(params)).toEqual({ callSid: 'CA1', status: 'ringing' });
    },
  );
});

describe('what is known of a call', () => {
  const course = ['initiated', 'ringing', 'in-progress', 'completed'].map(callback);

  it('is its last state, whatever the order and the number of deliveries', () => {
    const deliveries = fc
      .shuffledSubarray([...course, ...course, ...course], { minLength: 1 })
      .filter((callbacks) => callbacks.length > 0);
    fc.assert(
      fc.property(deliveries, (callbacks) => {
        const last = Math.max(...callbacks.map(({ sequence }) => sequence ?? -1));
        expect(knownAfter(callbacks)).toEqual({ status: course[last]?.status, sequence: last });
      }),
    );
  });

  it('is the same object after a duplicate, a late or an older callback', () => {
    const known = knownAfter(course);
    for (const old of course) expect(nextCallStatus(known, old)).toBe(known);
    expect(nextCallStatus(known, callback('ringing', 9))).toBe(known);
    expect(nextCallStatus(known, callback('busy', 2))).toBe(known);
    expect(nextCallStatus(known, callback('failed'))).toBe(known);
  });

  it('is over when the end overtakes everything else', () => {
    expect(knownAfter([callback('no-answer', 2), callback('ringing', 1)])?.status).toBe(
      'no-answer',
    );
  });

  it('is over at an end, even one that is numbered before a state', () => {
    expect(knownAfter([callback('ringing', 2), callback('busy', 1)])?.status).toBe('busy');
    expect(knownAfter([callback('busy', 1), callback('ringing', 2)])?.status).toBe('busy');
  });

  it('follows the order of states where numbers are missing', () => {
    expect(knownAfter([callback('in-progress'), callback('ringing')])?.status).toBe('in-progress');
    expect(knownAfter([callback('ringing'), callback('in-progress')])?.status).toBe('in-progress');
    expect(knownAfter([callback('completed'), callback('in-progress', 2)])?.status).toBe(
      'completed',
    );
    expect(knownAfter([callback('in-progress', 2), callback('completed')])?.status).toBe(
      'completed',
    );
  });

  it('takes the later of two ends', () => {
    expect(knownAfter([callback('busy', 3), callback('failed', 4)])?.status).toBe('failed');
    expect(knownAfter([callback('failed', 4), callback('busy', 3)])?.status).toBe('failed');
  });
});

it.each<[StatusCallback['status'], boolean]>([
  ['queued', false],
  ['initiated', false],
  ['ringing', false],
  ['in-progress', false],
  ['completed', true],
  ['busy', true],
  ['failed', true],
  ['no-answer', true],
  ['cancelled', true],
])('a call that is %s is over: %s', (status, over) => {
  expect(isOver(status)).toBe(over);
});

describe('a report of who took a call', () => {
  it.each([
    ['human', 'human'],
    ['fax', 'fax'],
    ['unknown', 'unknown'],
    ['machine_start', 'machine'],
    ['machine_end_beep', 'machine'],
    ['machine_end_silence', 'machine'],
    ['machine_end_other', 'machine'],
    ['somebody of the future', 'unknown'],
  ])('%s is %s', (AnsweredBy, answeredBy) => {
    expect(parseMachineCallback({ CallSid: 'CA1', AnsweredBy })).toEqual({
      callSid: 'CA1',
      answeredBy,
    });
  });

  it.each<Record<string, unknown>>([
    { AnsweredBy: 'human' },
    { CallSid: '../CA1', AnsweredBy: 'human' },
    { CallSid: 'CA1' },
    { CallSid: 'CA1', AnsweredBy: ['human', 'fax'] },
  ])('%j is none', (params) => {
    expect(parseMachineCallback(params)).toBeUndefined();
  });
});

describe('the address of a report', () => {
  it('names the dial and its attempt', () => {
    const id = 'abcdefghijklmnopqrstuvwxyz';
    expect(parseDialReference({ outbound: id, attempt: '2' })).toEqual({ id, attempt: 2 });
  });

  it.each<Record<string, unknown>>([
    {},
    { outbound: 'x', attempt: '0' },
    { outbound: ['a', 'b'], attempt: '-1' },
    { outbound: '__proto__', attempt: '1e3' },
  ])('with %j names nothing', (query) => {
    expect(parseDialReference(query)).toEqual({});
  });
});
