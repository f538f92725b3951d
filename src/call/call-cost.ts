import type { ModelUsage } from './call-record.ts';

/** US dollars for a million tokens. */
interface ModelPrice {
  audioIn: number;
  audioCached: number;
  audioOut: number;
  textIn: number;
  textCached: number;
  textOut: number;
}

const full = { audioIn: 32, audioCached: 0.4, audioOut: 64, textIn: 4, textCached: 0.4 };
const mini: ModelPrice = {
  audioIn: 10,
  audioCached: 0.3,
  audioOut: 20,
  textIn: 0.6,
  textCached: 0.06,
  textOut: 2.4,
};

/** What the realtime models cost, and since when we know. Transcription and the telephone line are billed apart and are not in it. */
export const callPrices = {
  date: '2026-08-29',
  source: 'https://openai.com/api/pricing',
  models: {
    'gpt-realtime-2.1': { ...full, textOut: 24 },
    'gpt-realtime-2.1-mini': mini,
    'gpt-realtime-2': { ...full, textOut: 24 },
    'gpt-realtime-1.5': { ...full, textOut: 16 },
    'gpt-realtime': { ...full, textOut: 16 },
    'gpt-realtime-mini': mini,
  } as Readonly<Record<string, ModelPrice>>,
} as const;

export interface CallCost {
  usd: number;
  brl: number;
}

const million = 1_000_000;

/**
 * What the model's tokens of a call cost; nothing when the model is not in the list, which is not the same as free.
 * A cached token is a part of its input and costs the cached price only. Tokens whose kind was not told cost what audio does.
 * @param model dated names like `gpt-realtime-2025-08-28` cost what the model does
 * @param usdBrl reais for a dollar
 */
export function costOfCall(usage: ModelUsage, model: string, usdBrl: number): CallCost | undefined {
  const price = priceOf(model);
  if (!price) return undefined;
  const dearest = Math.max(0, usage.inputTokens - usage.inputTextTokens - usage.inputAudioTokens);
  const dearestOut = Math.max(
    0,
    usage.outputTokens - usage.outputTextTokens - usage.outputAudioTokens,
  );
  const freshText = Math.max(0, usage.inputTextTokens - usage.cachedTextTokens);
  const freshAudio = Math.max(0, usage.inputAudioTokens - usage.cachedAudioTokens);
  const usd =
    (freshText * price.textIn +
      usage.cachedTextTokens * price.textCached +
      (freshAudio + dearest) * price.audioIn +
      usage.cachedAudioTokens * price.audioCached +
      usage.outputTextTokens * price.textOut +
      (usage.outputAudioTokens + dearestOut) * price.audioOut) /
    million;
  return { usd: rounded(usd), brl: rounded(usd * usdBrl) };
}

function priceOf(model: string): ModelPrice | undefined {
  const name = model.replace(/-\d{4}-\d{2}-\d{2}$/, '');
  return Object.hasOwn(callPrices.models, name) ? callPrices.models[name] : undefined;
}

/** To a millionth: sums of days stay exact enough, and no number shows its floating point. */
function rounded(amount: number): number {
  return Math.round(amount * million) / million;
}
