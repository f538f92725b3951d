import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Conversation,
  headOf,
  parseChanged,
  parseConversation,
  parseHead,
} from '../../src/messaging/conversation-record.ts';
import { begun, newConversation, received } from '../../src/messaging/conversation-steps.ts';
import { createId } from '../../src/platform/id.ts';

const fresh = newConversation({
  ...{ clinic: 'aurora', channel: 'whatsapp', senderKey: '+5588999990001' },
  ...{ id: createId(), protocol: '12345678', senderName: null, nowMs: 0 },
});
const message = (atMs: number) =>
  ({ id: `SM${atMs}`, atMs, kind: 'text', text: `parte ${atMs}`, unheard: false }) as const;
const kept = begun(received(fresh, message(1)), { nowMs: 2 });

describe('what became of a checked conversation', () => {
  it('is what the whole check makes of it', () => {
    const after = begun(received(kept, message(3)), { nowMs: 4 });
    expect(parseChanged(kept, after)).toEqual(parseConversation(after));
  });

  it('keeps what did not change as the very same values', () => {
    const after = parseChanged(kept, received(kept, message(3)));
    expect(after?.lines).toBe(kept.lines);
    expect(after?.seen).toHaveLength(2);
  });

  const wrong: Partial<Record<keyof Conversation | 'more', unknown>>[] = [
    { protocol: 'none' },
    { lines: [...kept.lines, { who: 'nobody', atMs: 1, text: '' }] },
    { lines: 'none' },
    { inbox: [{ ...message(9), atMs: -1 }] },
    { outbox: [undefined] },
    { status: undefined },
    { more: 1 },
  ];
  it.each(wrong)('is no conversation with %o', (change) => {
    const after = { ...kept, ...change } as Conversation;
    expect(parseChanged(kept, after)).toBeUndefined();
    expect(parseConversation(after)).toBeUndefined();
  });

  it('is refused exactly when the whole check refuses it, whatever was put anywhere', () => {
    const names = Object.keys(kept) as (keyof Conversation)[];
    const anything = fc.anything({ maxDepth: 2 });
    fc.assert(
      fc.property(fc.constantFrom(...names), anything, (name, value) => {
        const after = { ...kept, [name]: value } as Conversation;
        expect(parseChanged(kept, after) === undefined).toBe(
          parseConversation(after) === undefined,
        );
      }),
    );
  });
});

it('a head is read back as it was; one of another shape is none', () => {
  const head = headOf(kept);
  expect(parseHead(JSON.parse(JSON.stringify(head)))).toEqual(head);
  expect(parseHead({ ...head, isPending: undefined })).toBeUndefined();
});
