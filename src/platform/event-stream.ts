import { Readable } from 'node:stream';

/** Characters that wait for a slow reader; one that is further behind is cut and comes again for a fresh start. */
const mostWaiting = 512 * 1024;
/** Silence on the wire is broken this often, so that neither proxies nor browsers take the stream for dead. */
const heartbeatMs = 15_000;

/** Server-sent events towards one browser. */
export interface EventStream {
  /** For `reply.send`, with the content type `text/event-stream`. */
  readonly body: Readable;
  /** @returns false when the reader was too slow, or is gone */
  send(event: string, data: unknown, id?: string): boolean;
  end(): void;
}

export const eventStreamType = 'text/event-stream; charset=utf-8';

/** @param closed the stream is over, whoever ended it; once */
export function openEventStream(closed: () => void): EventStream {
  const body = new Readable({ highWaterMark: mostWaiting, read: () => undefined });
  const push = (text: string) => {
    if (body.destroyed || body.readableEnded) return false;
    if (body.readableLength + text.length > mostWaiting) {
      body.destroy();
      return false;
    }
    body.push(text);
    return true;
  };
  const heartbeat = setInterval(() => push(':\n\n'), heartbeatMs).unref();
  body.once('close', () => {
    clearInterval(heartbeat);
    closed();
  });
  return {
    body,
    send: (event, data, id) =>
      push(
        `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`,
      ),
    end: () => {
      body.push(null);
      body.destroy();
    },
  };
}
