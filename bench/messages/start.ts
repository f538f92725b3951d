import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newConversation } from '../../src/messaging/conversation-steps.ts';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { openFileConversationStore } from '../../src/storage/file-conversation-store.ts';

/*
 * How long it takes to open 10,000 kept conversations of forty lines: as files with the list of them, and as files alone, which
 * are all read (a copy that was put back, or a version that kept no list). One JSON line.
 * `node --import tsx bench/messages/start.ts [conversations]`
 */
const conversations = Number(process.argv[2] ?? 10_000);
const linesEach = 40;
/** Written at once. */
const atOnce = 500;

export interface MessageStartResult {
  bench: 'messages-start';
  conversations: number;
  linesEach: number;
  listedMs: number;
  unlistedMs: number;
}

const log = createLog('silent');
const directory = await mkdtemp(join(tmpdir(), 'alo-bench-conversations-'));

async function fill(): Promise<void> {
  const store = await openFileConversationStore({ directory, log });
  for (let from = 0; from < conversations; from += atOnce)
    await Promise.all(
      Array.from({ length: Math.min(atOnce, conversations - from) }, (_, at) =>
        store.create(conversationOf(from + at)),
      ),
    );
  await store.close();
}

function conversationOf(person: number) {
  const fresh = newConversation({
    ...{ clinic: 'aurora', channel: 'whatsapp', senderKey: `+55889${20_000_000 + person}` },
    ...{ id: createId(), protocol: '12345678', senderName: null, nowMs: person },
  });
  const lines = Array.from({ length: linesEach }, (_, at) => ({
    who: at % 2 === 0 ? ('sender' as const) : ('agent' as const),
    atMs: person + at,
    text: `linha ${at}: gostaria de marcar uma consulta com a cardiologista na próxima semana`,
  }));
  return { ...fresh, lines };
}

async function openingMs(): Promise<number> {
  const begunMs = performance.now();
  const store = await openFileConversationStore({ directory, log });
  const ms = performance.now() - begunMs;
  const { length } = await store.list({ limit: Number.POSITIVE_INFINITY });
  if (length !== conversations) throw new Error(`${length} conversations were found`);
  await store.close();
  return Math.round(ms);
}

await fill();
const listedMs = await openingMs();
for (const name of await listFiles()) await rm(join(directory, name));
const unlistedMs = await openingMs();
const result: MessageStartResult = {
  bench: 'messages-start',
  ...{ conversations, linesEach, listedMs, unlistedMs },
};
console.log(JSON.stringify(result));
await rm(directory, { recursive: true });

async function listFiles(): Promise<string[]> {
  return (await readdir(directory)).filter((name) => /^(journal|snapshot)-/.test(name));
}
