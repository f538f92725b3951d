import { Socket } from 'node:net';

/** To say goodbye to a server that answers; one that stands still is not waited for, ms. */
const goodbyeMs = 1_000;

/** The sockets of some connections, so that they can be cut. */
export class PostgresSockets {
  readonly #open = new Set<Socket>();

  /** For the setting `stream` of a connection. */
  readonly make = (): Socket => {
    const socket = new Socket();
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    return socket;
  };

  /** Waits until connections have ended, cuts them when they do not. */
  async end(ending: Promise<unknown>): Promise<void> {
    const timer = setTimeout(() => {
      for (const socket of this.#open) socket.destroy();
    }, goodbyeMs);
    await ending.catch(() => undefined);
    clearTimeout(timer);
  }
}
