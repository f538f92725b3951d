import { describe, expect, it } from 'vitest';
import { callPrices, costOfCall } from '../../src/call/call-cost.ts';
import { emptyUsage, type ModelUsage } from '../../src/call/call-record.ts';

const used = (parts: Partial<ModelUsage>) => ({ ...emptyUsage(), ...parts });
const million = 1_000_000;

describe('what a call cost', () => {
  it('is the price of each kind of token, in dollars and reais', () => {
    const cost = (parts: Partial<ModelUsage>) =>
      costOfCall(used(parts), 'gpt-realtime-2.1', 5)?.usd;
    expect(cost({ inputTokens: million, inputTextTokens: million })).toBe(4);
    expect(cost({ inputTokens: million, inputAudioTokens: million })).toBe(32);
    expect(cost({ outputTokens: million, outputTextTokens: million })).toBe(24);
    expect(cost({ outputTokens: million, outputAudioTokens: million })).toBe(64);
    const both = used({ inputTokens: 1_000, inputTextTokens: 1_000 });
    expect(costOfCall(both, 'gpt-realtime-2.1', 5.5)).toEqual({ usd: 0.004, brl: 0.022 });
  });

  it('counts a cached token once, at the cached price', () => {
    const usage = used({
      inputTokens: 3_000,
      inputTextTokens: 1_000,
      cachedTextTokens: 800,
      inputAudioTokens: 2_000,
      cachedAudioTokens: 1_500,
    });
    const usd = (200 * 4 + 800 * 0.4 + 500 * 32 + 1_500 * 0.4) / million;
    expect(costOfCall(usage, 'gpt-realtime-2.1', 1)?.usd).toBeCloseTo(usd, 6);
  });

  it('is never too low when the kinds of the tokens were not told', () => {
    const usage = used({ inputTokens: million, outputTokens: million });
    expect(costOfCall(usage, 'gpt-realtime-2.1', 1)?.usd).toBe(96);
  });

  it('of a dated model is that of the model, and of an unknown one is unknown, not nothing', () => {
    const usage = used({ outputTokens: million, outputAudioTokens: million });
    expect(costOfCall(usage, 'gpt-realtime-mini-2025-12-15', 1)?.usd).toBe(20);
    for (const model of ['gpt-unheard-of', '', '__proto__', 'constructor'])
      expect(costOfCall(usage, model, 1)).toBeUndefined();
  });

  it('is known for every model in the list, cached tokens being the cheaper ones', () => {
    for (const price of Object.values(callPrices.models)) {
      expect(price.audioCached).toBeLessThan(price.audioIn);
      expect(price.textCached).toBeLessThan(price.textIn);
    }
    expect(callPrices.date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });
});
