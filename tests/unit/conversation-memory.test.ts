import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TranscriptLine } from '../../src/call/call-record.ts';
import { conversationMemory, toolNote } from '../../src/call/conversation-memory.ts';

const line = (text: string, rest: Partial<TranscriptLine> = {}): TranscriptLine => ({
  speaker: 'caller',
  text,
  startMs: 0,
  source: 'speech',
  ...rest,
});

describe('what a new session is told', () => {
  it('the conversation in spoken order, then what the tools did', () => {
    const lines = [
      line('Olá!', { speaker: 'agent' }),
      line('Quero marcar.'),
      line('12345678909', { source: 'keypad' }),
    ];
    expect(conversationMemory(lines, ['[nota 1]', '[nota 2]'])).toEqual([
      { role: 'assistant', text: 'Olá!' },
      { role: 'user', text: 'Quero marcar.' },
      { role: 'user', text: '[teclado] 12345678909' },
      { role: 'system', text: '[nota 1]\n[nota 2]' },
    ]);
  });

  it('nothing, when nothing was said', () => {
    expect(conversationMemory([], [])).toEqual([]);
  });

  it('is the end of the conversation, bounded in lines and characters', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(600), { maxLength: 120 }), (lengths) => {
        const lines = lengths.map((length, i) => line(`${i}`.padEnd(length, 'x')));
        const told = conversationMemory(lines, []);
        expect(told.length).toBeLessThanOrEqual(60);
        expect(told.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(8_000);
        const texts = lines.map(({ text }) => text);
        expect(told.map(({ text }) => text)).toEqual(texts.slice(texts.length - told.length));
      }),
    );
  });

  it('the newest ten tool notes only', () => {
    const notes = Array.from({ length: 15 }, (_, i) => `nota ${i}`);
    const [told] = conversationMemory([], notes);
    expect(told?.text.split('\n')).toEqual(notes.slice(5));
  });

  it('of a tool: that it was run, that it must not be again, and the beginning of a long result', () => {
    const note = toolNote({
      name: 'record_appointment',
      callId: 'c',
      output: '1'.repeat(9_000),
      outcome: 'ok',
      durationMs: 1,
      effects: [],
      arguments: {},
    });
    expect(note).toMatch(/record_appointment já executada.*não repetir/);
    expect(note.length).toBeLessThan(1_200);
  });
});
