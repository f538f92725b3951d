import { WebSocket } from 'ws';
import type { LiveCall, LiveChange, LiveEntry, LiveSnapshot } from '../../src/console/live-view.ts';
import { type SignedInPerson, signIn } from './console-access.ts';
import { type Stage, until } from './stage.ts';

/** The live page of somebody, without its pixels. */
export interface Watching {
  calls: Map<string, LiveCall>;
  entries: Map<string, LiveEntry[]>;
  /** Every change, with when it came. */
  changes: (LiveChange & { atMs: number })[];
  snapshots: number;
  texts(callId: string): (string | null)[];
  notes(callId: string): string[];
  close(): void;
  /** The server has ended the stream. */
  ended: Promise<void>;
}

export async function watchLive(person: SignedInPerson): Promise<Watching> {
  const stop = new AbortController();
  const answer = await person.fetch('/console/api/live', { signal: stop.signal });
  if (!answer.ok || !answer.body) throw new Error(`no feed: ${answer.status}`);
  const watching: Watching = {
    calls: new Map(),
    entries: new Map(),
    changes: [],
    snapshots: 0,
    texts: (id) =>
      (watching.entries.get(id) ?? []).flatMap((one) => (one.kind === 'line' ? [one.text] : [])),
    notes: (id) =>
      (watching.entries.get(id) ?? []).flatMap((one) => (one.kind === 'note' ? [one.note] : [])),
    close: () => stop.abort(),
    ended: Promise.resolve(),
  };
  const take = (event: string, data: unknown) => {
    if (event === 'snapshot') {
      watching.snapshots += 1;
      for (const { entries, ...call } of (data as LiveSnapshot).calls) {
        watching.calls.set(call.id, call);
        watching.entries.set(call.id, entries);
      }
      return;
    }
    const change = data as LiveChange;
    watching.changes.push({ ...change, atMs: performance.now() });
    watching.calls.set(change.call.id, change.call);
    const { entry } = change;
    if (!entry) return;
    const others = (watching.entries.get(change.call.id) ?? []).filter(({ id }) => id !== entry.id);
    watching.entries.set(change.call.id, [...others, entry]);
  };
  watching.ended = readEvents(answer.body, take);
  await until(() => watching.snapshots > 0, 'the feed begins');
  return watching;
}

async function readEvents(
  body: ReadableStream<Uint8Array>,
  take: (event: string, data: unknown) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of body) {
      text += decoder.decode(chunk, { stream: true });
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const fieldOf = (name: string) =>
          lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        const data = fieldOf('data');
        if (data !== undefined) take(fieldOf('event') ?? '', JSON.parse(data));
      }
    }
  } catch {
    // Closed by the test.
  }
}

/** A web socket of somebody's page. */
export interface SoundSocket {
  socket: WebSocket;
  /** Sound as it came, by side. */
  heard: { side: 'caller' | 'agent'; atMs: number; ulaw: Buffer }[];
  of(side: 'caller' | 'agent'): Buffer;
  closed: Promise<{ code: number }>;
}

export async function openSound(
  stage: Pick<Stage, 'url'>,
  person: SignedInPerson,
  path: string,
  headers: Record<string, string> = {},
): Promise<SoundSocket> {
  const socket = new WebSocket(`${stage.url.replace('http', 'ws')}${path}`, {
    headers: { cookie: person.cookie, origin: stage.url, ...headers },
  });
  const heard: SoundSocket['heard'] = [];
  socket.on('message', (data: Buffer) => {
    const side = data[0] === 0 ? 'caller' : 'agent';
    heard.push({ side, atMs: data.readUInt32BE(2), ulaw: data.subarray(6) });
  });
  const closed = new Promise<{ code: number }>((resolve) => {
    socket.once('close', (code) => resolve({ code }));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('unexpected-response', (_request, response) =>
      reject(new Error(`refused with ${response.statusCode}`)),
    );
    socket.once('error', reject);
  });
  return {
    socket,
    heard,
    of: (side) => Buffer.concat(heard.filter((one) => one.side === side).map(({ ulaw }) => ulaw)),
    closed,
  };
}

export async function receptionist(stage: Stage): Promise<SignedInPerson> {
  return signIn(stage, 'staff');
}

/** Speaks into a microphone in real time, 20 ms at once. */
export async function speakInto({ socket }: SoundSocket, ulaw: Buffer): Promise<void> {
  for (let at = 0; at < ulaw.length; at += 160) {
    socket.send(ulaw.subarray(at, at + 160));
    await new Promise((resolve) => setTimeout(resolve, 18));
  }
}
