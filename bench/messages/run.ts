import { measureAlone } from '../fresh-process.ts';
import type { InterleavedResult } from './interleaved.ts';
import type { ScriptsResult } from './scripts.ts';
import type { MessageStartResult } from './start.ts';
import type { WebhookResult } from './webhook.ts';

/** Each takes a minute. */
const timeoutMs = 400_000;

export interface MessagesResult {
  webhook: WebhookResult;
  interleaved: InterleavedResult;
  start: MessageStartResult;
  scripts: ScriptsResult;
}

/** Nothing when one of them failed. */
export async function measureMessages(): Promise<MessagesResult | undefined> {
  const webhook = await measure<WebhookResult>('webhook');
  const interleaved = await measure<InterleavedResult>('interleaved');
  const start = await measure<MessageStartResult>('start');
  const scripts = await measure<ScriptsResult>('scripts');
  return webhook && interleaved && start && scripts
    ? { webhook, interleaved, start, scripts }
    : undefined;
}

function measure<Result>(part: string): Promise<Result | undefined> {
  const entry = new URL(`${part}.ts`, import.meta.url);
  return measureAlone<Result>(`messages-${part}`, entry, timeoutMs);
}
