import { describe, expect, it } from 'vitest';
import { takenOver } from '../../src/messaging/conversation-handover.ts';
import type { Inbound } from '../../src/messaging/conversation-record.ts';
import { begun, newConversation, received } from '../../src/messaging/conversation-steps.ts';

const fresh = newConversation({
  ...{ id: 'a'.repeat(26), clinic: 'aurora', channel: 'whatsapp', senderKey: '+5588999990000' },
  ...{ protocol: '12345678', senderName: null, nowMs: 0 },
});
const message = (id: string, atMs: number, rest: Partial<Inbound> = {}): Inbound => ({
  ...{ id, atMs, kind: 'text', text: id, unheard: false },
  ...rest,
});
const note = (id: string, atMs: number, words?: string): Inbound =>
  message(id, atMs, {
    kind: 'voice-note',
    ...(words === undefined ? { text: '', isComing: true } : { text: words }),
  });
const spoken = (conversation: typeof fresh) =>
  conversation.lines.flatMap((line) => (line.who === 'sender' ? line.text : []));

describe('messages that come in', () => {
  it('are answered in the order in which they were written, whatever order they came in', () => {
    const both = received(received(fresh, message('second', 20)), message('first', 10));
    expect(spoken(begun(both, { nowMs: 30 }))).toEqual(['first', 'second']);
  });

  it('a voice note keeps its place while it is heard', () => {
    const waiting = received(received(fresh, note('note', 10)), message('after', 20));
    const heard = received(waiting, note('note', 99, 'words of the note'));
    expect(heard.inbox).toHaveLength(2);
    expect(spoken(begun(heard, { nowMs: 30 }))).toEqual(['words of the note', 'after']);
    expect(received(heard, note('note', 99, 'words of the note'))).toBe(heard);
  });

  it('the words of a note that was waited for too long are a message of their own, once', () => {
    const without = begun(received(received(fresh, note('note', 10)), message('after', 20)), {
      nowMs: 40_000,
    });
    expect(spoken(without)).toEqual(['after']);
    const late = received(without, note('note', 10, 'words of the note'));
    expect(late.inbox.map(({ text }) => text)).toEqual(['words of the note']);
    expect(received(late, note('note', 10, 'words of the note'))).toBe(late);
  });

  it('while a person holds the conversation they are told of what cannot be opened; the agent says so itself', () => {
    const held = takenOver(fresh, { name: 'Bia' }, 1);
    const came = [
      message('picture', 10, { kind: 'image', text: 'meu exame' }),
      message('file', 20, { kind: 'other', text: '' }),
      message('unheard', 30, { kind: 'voice-note', text: '', unheard: true }),
      note('heard', 40, 'words of the note'),
    ];
    const linesOf = (from: typeof fresh) =>
      spoken(
        begun(
          came.reduce((one, next) => received(one, next), from),
          { nowMs: 50 },
        ),
      );
    expect(linesOf(held)).toEqual([
      'meu exame [enviou uma imagem, que não se abre por aqui]',
      '[enviou um arquivo, que não se abre por aqui]',
      '[enviou um áudio, que não pôde ser transcrito]',
      'words of the note',
    ]);
    expect(linesOf(fresh)).toEqual(['meu exame', 'words of the note']);
  });
});
