import type {} from '@fastify/websocket';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import type { TapListener } from '../call/call-tap.ts';
import type { Clock } from '../platform/clock.ts';
import type { LineKind, LiveLines, SoundLine } from './live-lines.ts';
import type { LiveRouteParts } from './live-routes.ts';
import { findSeen, refuse, refuseUnknown } from './live-routes.ts';
import type { LiveCall } from './live-view.ts';
import { SoundAllowance, toSoundFrame } from './sound-frame.ts';

/** Unsent sound of one listener: four seconds of both sides. One that is further behind is cut and may come again. */
const mostWaitingBytes = 64 * 1024;
/** Longest piece of a microphone: a second. */
const longestPiece = 8_000;
/** Ears and microphones at once, over all calls. */
const mostSockets = 200;

/** Close codes of our own; the page says what they mean. */
export const soundCloses = {
  over: 4000,
  notAllowed: 4001,
  signedOut: 4002,
  tooSlow: 4003,
} as const;

export interface LiveSoundParts extends LiveRouteParts {
  lines: LiveLines;
  clock: Clock;
}

type Ids = { Params: { id: string } };
type SoundRequest = FastifyRequest<Ids>;

/**
 * The sound of a call in progress: `listen` for who only hears it, `talk` for who has taken it. Both send `toSoundFrame`
 * pieces; `talk` takes raw μ-law. Neither ever waits in the call: a socket that does not keep up is closed.
 */
export function liveSoundRoutes(server: FastifyInstance, parts: LiveSoundParts): void {
  const { access } = parts;
  const open = new Set<WebSocket>();
  const onRequest = access.only('staff', 'admin');

  const mayOpen =
    (action: 'listen' | 'talk') => async (request: SoundRequest, reply: FastifyReply) => {
      // A browser always says where a socket is opened from; `only` has compared it with our own address.
      if (request.headers.origin === undefined) return reply.code(403).send();
      const found = findSeen(parts, request);
      if (!found) return refuseUnknown(reply);
      if (open.size >= mostSockets)
        return refuse(reply, 503, 'busy', 'Tente de novo em instantes.');
      if (action === 'listen' && !found.mayListen)
        return refuse(reply, 409, 'not-recorded', notRecorded);
      if (action === 'talk' && found.holder?.id !== access.who(request).userId)
        return refuse(reply, 409, 'not-yours', 'A ligação não está com você.');
      await access.audit(request, {
        action: `live.${action}`,
        clinicId: found.clinic,
        object: found.id,
      });
    };

  server.get<Ids>(
    '/console/api/live/:id/listen',
    { websocket: true, onRequest, preValidation: mayOpen('listen') },
    (socket, request) => {
      const ear = attend(socket, request, parts, open, 'listen');
      if (!ear) return;
      ear.onChange(({ mayListen, state }) => {
        if (!mayListen && state !== 'ended') socket.close(soundCloses.notAllowed, 'not recorded');
      });
    },
  );

  server.get<Ids>(
    '/console/api/live/:id/talk',
    { websocket: true, onRequest, preValidation: mayOpen('talk') },
    (socket, request) => {
      const ear = attend(socket, request, parts, open, 'talk');
      if (!ear) return;
      const { userId: id } = access.who(request);
      const allowance = new SoundAllowance(parts.clock.monotonicMs());
      socket.on('message', (data, isBinary) => {
        if (!isBinary || !Buffer.isBuffer(data) || data.length > longestPiece) return;
        if (allowance.take(data.length, parts.clock.monotonicMs())) ear.speak(data);
      });
      ear.onChange(({ holder }) => {
        if (holder?.id !== id) socket.close(soundCloses.over, 'given back');
      });
    },
  );
}

const notRecorded =
  'Esta ligação não está sendo gravada (ainda, ou a pedido de quem ligou), então também não pode ser ouvida.';

/** What both kinds of sockets share: the end of the call, of the session and of patience. */
function attend(
  socket: WebSocket,
  request: SoundRequest,
  parts: LiveSoundParts,
  open: Set<WebSocket>,
  kind: LineKind,
) {
  const found = findSeen(parts, request);
  if (!found) {
    socket.close(soundCloses.over, 'over');
    return undefined;
  }
  const { userId, name } = parts.access.who(request);
  open.add(socket);
  const endings: (() => void)[] = [() => open.delete(socket)];
  socket.on('error', () => undefined);
  socket.once('close', () => {
    for (const end of endings.splice(0)) end();
  });
  const onClose = (end: () => void) => {
    if (socket.readyState === socket.OPEN) endings.push(end);
    else end();
  };
  onClose(parts.access.whenOver(request, () => socket.close(soundCloses.signedOut, 'signed out')));
  const onChange = (look: (now: LiveCall) => void) =>
    onClose(
      parts.feed.listen(({ call: changed }) => {
        if (changed.id === found.id) look(changed);
      }),
    );
  const over = () => socket.close(soundCloses.over, 'over');
  // Of a call on another server, which may be gone.
  onChange(({ state }) => {
    if (state === 'ended') over();
  });
  let line: SoundLine | undefined;
  parts.lines
    .open(kind, found, { id: userId, name }, hearInto(socket), over)
    .then((opened) => {
      line = opened;
      if (opened) onClose(opened.close);
      else over();
    })
    .catch(over);
  return { onChange, speak: (ulaw: Buffer) => line?.speak(ulaw) };
}

function hearInto(socket: WebSocket): TapListener {
  return (side, ulaw, atByte) => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > mostWaitingBytes) {
      socket.close(soundCloses.tooSlow, 'too slow');
      return;
    }
    socket.send(toSoundFrame(side, ulaw, atByte));
  };
}
