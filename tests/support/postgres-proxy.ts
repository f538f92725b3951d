import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Stands between the program and PostgreSQL, and can be a bad line. */
export interface PostgresProxy {
  url: string;
  /** The next commit reaches the server, and its answer nobody: the line is cut. */
  cutNextCommit(): void;
  /** Of the connections that the server sees. */
  ports(): number[];
  /** Nothing passes in either direction any more, and nothing is closed. */
  stall(): void;
  resume(): void;
  close(): Promise<void>;
}

/** @param url of a server that is reached by TCP without TLS */
export async function startPostgresProxy(url: string): Promise<PostgresProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const upstreams = new Set<Socket>();
  let isCutting = false;
  let isStalled = false;

  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname);
    let isCut = false;
    upstreams.add(upstream);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      if (isStalled) socket.pause();
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (bytes) => {
      if (isCutting && bytes.includes('commit\0')) {
        isCutting = false;
        isCut = true;
      }
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => (isCut ? client.destroy() : client.write(bytes)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const proxied = new URL(url);
  proxied.hostname = '127.0.0.1';
  proxied.port = String(typeof address === 'object' ? address?.port : '');
  return {
    url: proxied.href,
    cutNextCommit() {
      isCutting = true;
    },
    ports: () => [...upstreams].flatMap(({ localPort }) => localPort ?? []),
    stall() {
      isStalled = true;
      for (const socket of sockets) socket.pause();
    },
    resume() {
      isStalled = false;
      for (const socket of sockets) socket.resume();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
