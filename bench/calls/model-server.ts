import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ModelSession } from './model-session.ts';
import type { Tally } from './tally.ts';
import { acceptUpgrade } from './websocket-wire.ts';

/** The model of all calls, on loopback. */
export interface ModelServer {
  url: string;
  sessions: ModelSession[];
  close(): void;
}

export async function startModelServer(parts: {
  tally: Tally;
  expectsCuts: boolean;
  onSession: (session: ModelSession) => void;
}): Promise<ModelServer> {
  const sessions: ModelSession[] = [];
  const server: Server = createServer((_request, response) => response.writeHead(404).end());
  server.on('upgrade', (request, stream, first) => {
    const socket = stream as Socket;
    socket.setNoDelay(true);
    acceptUpgrade(socket, request.headers['sec-websocket-key'] ?? '');
    const session = new ModelSession(socket, sessions.length, { ...parts, first });
    sessions.push(session);
    parts.onSession(session);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}/v1/realtime`,
    sessions,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
