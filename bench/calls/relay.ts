import { type RawData, WebSocket, WebSocketServer } from 'ws';

/*
 * The floor: a bare relay on `ws`. It takes the carrier's socket, opens one to the model, and copies audio both ways
 * with JSON parsed and built. It checks nothing, records nothing, marks nothing and cuts nothing.
 */

const modelUrl = process.env.OPENAI_REALTIME_URL ?? '';
const server = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(process.env.PORT),
  perMessageDeflate: false,
});

server.on('connection', (carrier) => relay(carrier));

function relay(carrier: WebSocket): void {
  const model = new WebSocket(modelUrl, {
    headers: { Authorization: 'Bearer bench' },
    perMessageDeflate: false,
  });
  let streamSid = '';
  let isReady = false;
  carrier.on('message', (data) => {
    const message = parse(data);
    if (message.event === 'media' && isReady) {
      model.send(
        JSON.stringify({ type: 'input_audio_buffer.append', audio: message.media.payload }),
      );
    } else if (message.event === 'start') streamSid = message.start.streamSid;
    else if (message.event === 'stop') carrier.close();
  });
  model.on('open', () => {
    const format = { type: 'audio/pcmu' };
    const audio = { input: { format }, output: { format } };
    model.send(JSON.stringify({ type: 'session.update', session: { type: 'realtime', audio } }));
  });
  model.on('message', (data) => {
    const event = parse(data);
    if (event.type === 'response.output_audio.delta') {
      carrier.send(JSON.stringify({ event: 'media', streamSid, media: { payload: event.delta } }));
    } else if (event.type === 'session.updated') {
      isReady = true;
      model.send(JSON.stringify({ type: 'response.create' }));
    }
  });
  carrier.on('close', () => model.close());
  model.on('close', () => carrier.close());
  carrier.on('error', () => {});
  model.on('error', () => {});
}

/** The shapes are trusted: that is the floor. */
interface WireMessage {
  event?: string;
  type?: string;
  delta?: string;
  media: { payload: string };
  start: { streamSid: string };
}

function parse(data: RawData): WireMessage {
  return JSON.parse(data.toString()) as WireMessage;
}

process.on('SIGTERM', () => process.exit(0));
