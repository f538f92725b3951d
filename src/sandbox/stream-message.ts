/**
 * What a server may send over a Twilio media stream: exactly `media`, `mark` and `clear`, with exactly their fields.
 * Everything else is Twilio's warning 31951.
 */

export type StreamMessage =
  | { event: 'media'; ulaw: Buffer }
  | { event: 'mark'; name: string }
  | { event: 'clear' };

export interface StreamMessageProblem {
  event: 'invalid';
  reason: string;
}

const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

export function readStreamMessage(
  text: string,
  streamSid: string,
): StreamMessage | StreamMessageProblem {
  const message = parseObject(text);
  if (!message) return invalid('not a JSON object');
  const { event } = message;
  if (event !== 'media' && event !== 'mark' && event !== 'clear') return invalid('unknown event');
  const fields = event === 'clear' ? ['event', 'streamSid'] : ['event', 'streamSid', event];
  if (!hasExactly(message, fields)) return invalid(`${event} has missing or extra fields`);
  if (message.streamSid !== streamSid) return invalid(`${event} names another stream`);
  if (event === 'media') return readMedia(message.media);
  if (event === 'mark') return readMark(message.mark);
  return { event };
}

function readMedia(media: unknown): StreamMessage | StreamMessageProblem {
  if (!isObject(media) || !hasExactly(media, ['payload'])) {
    return invalid('media needs payload and nothing else');
  }
  const { payload } = media;
  if (typeof payload !== 'string' || payload.length % 4 !== 0 || !base64.test(payload)) {
    return invalid('payload is not base64');
  }
  return { event: 'media', ulaw: Buffer.from(payload, 'base64') };
}

function readMark(mark: unknown): StreamMessage | StreamMessageProblem {
  if (!isObject(mark) || !hasExactly(mark, ['name'])) {
    return invalid('mark needs name and nothing else');
  }
  const { name } = mark;
  if (typeof name !== 'string' || name === '') return invalid('the mark has no name');
  return { event: 'mark', name };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasExactly(value: Record<string, unknown>, fields: readonly string[]): boolean {
  return Object.keys(value).length === fields.length && fields.every((field) => field in value);
}

function invalid(reason: string): StreamMessageProblem {
  return { event: 'invalid', reason };
}
