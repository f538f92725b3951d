import { describe, expect, it } from 'vitest';
import { Keypad } from '../../src/call/keypad.ts';

const rules = { endKey: '#', pauseMs: 4_000, maxDigits: 11 } as const;

describe('the keypad', () => {
  it('eleven digits and # are one entry', () => {
    const keypad = new Keypad({ ...rules, maxDigits: 20 });
    const results = [...'12345678909#'].map((key, index) => keypad.press(key, index * 300));
    expect(results.filter((entry) => entry !== undefined)).toEqual(['12345678909']);
  });

  it('a pause completes an entry without end key, once', () => {
    const keypad = new Keypad(rules);
    keypad.press('7', 0);
    expect(keypad.elapse(3_999)).toBeUndefined();
    expect(keypad.elapse(4_000)).toBe('7');
    expect(keypad.elapse(9_000)).toBeUndefined();
  });

  it('the longest entry completes itself and the end key that follows is no entry', () => {
    const keypad = new Keypad(rules);
    const results = [...'12345678909#'].map((key) => keypad.press(key, 0));
    expect(results[10]).toBe('12345678909');
    expect(results[11]).toBeUndefined();
  });

  it('the star is a digit like another when # ends', () => {
    const keypad = new Keypad(rules);
    keypad.press('*', 0);
    expect(keypad.press('#', 1)).toBe('*');
  });
});
