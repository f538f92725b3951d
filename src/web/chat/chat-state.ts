import { computed, signal } from '@preact/signals';
import type { ChatHistoryView, ChatLineView } from '../../messaging/chat-view.ts';
import { askAgent, begin, ChatProblem, fetchHistory, leave, say } from './chat-client.ts';
import { words } from './words.ts';

/** What is said by people of the clinic is looked for so often, while the page is seen. Ms. */
const lookEveryMs = 5_000;

/** Undefined: not known yet. */
export const history = signal<ChatHistoryView | undefined>(undefined);
/** Said here and not in the history yet: the message that is being answered, and its answer so far. */
export const pending = signal<{ message: string; answer: string } | undefined>(undefined);
/** The sentence to show, and what may be tried again. */
export const trouble = signal<string>('');
export const isOpenFailed = signal(false);

export const lines = computed<readonly ChatLineView[]>(() => history.value?.lines ?? []);

export async function openChat(): Promise<void> {
  isOpenFailed.value = false;
  try {
    history.value = await fetchHistory();
    document.title = words().title(history.value.clinic.name);
  } catch {
    isOpenFailed.value = true;
  }
  setInterval(() => void look(), lookEveryMs);
}

/** Nothing is changed while a message is being answered: the answer brings what is new. */
async function look(): Promise<void> {
  if (document.hidden || pending.value || !history.value?.name) return;
  const before = history.value;
  const now = await fetchHistory().catch(() => undefined);
  if (!now || pending.value || history.value !== before) return;
  const isSame = JSON.stringify(now) === JSON.stringify(before);
  if (!isSame) show(now);
}

function show(now: ChatHistoryView): void {
  if (history.value?.name && !now.name) trouble.value = words().expired;
  history.value = now;
}

export async function introduce(name: string): Promise<boolean> {
  return attempt(async () => {
    await begin(name);
    history.value = await fetchHistory();
  });
}

/** @returns whether it was sent */
export async function send(message: string): Promise<boolean> {
  pending.value = { message, answer: '' };
  const isSent = await attempt(async () => {
    if (history.value?.mode === 'scripts') await say(message);
    else
      await askAgent(message, (answer) => {
        pending.value = { message, answer };
      });
    history.value = await fetchHistory();
  });
  pending.value = undefined;
  return isSent;
}

export async function erase(): Promise<void> {
  await attempt(async () => {
    await leave();
    history.value = await fetchHistory();
  });
}

async function attempt(work: () => Promise<void>): Promise<boolean> {
  trouble.value = '';
  try {
    await work();
    return true;
  } catch (error) {
    const isKnown = error instanceof ChatProblem && error.status > 0 && error.message !== '';
    trouble.value = isKnown ? error.message : words().unreachable;
    if (error instanceof ChatProblem && error.status === 401) await expired();
    return false;
  }
}

async function expired(): Promise<void> {
  trouble.value = words().expired;
  const now = await fetchHistory().catch(() => undefined);
  if (now) history.value = now;
}
