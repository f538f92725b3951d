import { compileMessageServers } from '../calls/compiled-servers.ts';
import { clinicNumber, openMessageStage } from './stage.ts';

/*
 * 1,000 people at once (or: node … interleaved.ts <people>), who begin within ten seconds, each in a conversation of three
 * messages, each message sent when the one before was answered; every person must get their own three replies, in order.
 */
const people = Number(process.argv[2] ?? 1_000);
const rounds = 3;
const beginWithinMs = 10_000;
/** A turn waits 1.5 s for further parts; this is far beyond what all of them take. */
const mostMs = 300_000;

export interface InterleavedResult {
  bench: 'messages-interleaved';
  conversations: number;
  /** Of these: who got their own replies, all of them, in order. */
  inOrder: number;
  replies: number;
  seconds: number;
  repliesPerSecond: number;
}

const stage = await openMessageStage({
  main: compileMessageServers().product,
  reply: (said) => `Recebi: ${said.split('\n').at(-1)}`,
});
const numberOf = (person: number) => `+55889${String(20_000_000 + person)}`;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const begunMs = performance.now();
const repliesTo = (from: string) => stage.sent.get(from)?.length ?? 0;

async function converse(person: number): Promise<void> {
  const from = numberOf(person);
  await pause((person * beginWithinMs) / people);
  for (let round = 0; round < rounds; round += 1) {
    await stage.rest.whatsapp.write({
      url: `${stage.url}/whatsapp`,
      from,
      to: clinicNumber,
      text: `pessoa ${person} mensagem ${round}`,
    });
    while (repliesTo(from) <= round) {
      if (performance.now() - begunMs > mostMs) return;
      await pause(50);
    }
  }
}

await Promise.all(Array.from({ length: people }, (_, person) => converse(person)));
const seconds = (performance.now() - begunMs) / 1_000;
let inOrder = 0;
for (let person = 0; person < people; person += 1) {
  const wanted = Array.from({ length: rounds }, (_, n) => `Recebi: pessoa ${person} mensagem ${n}`);
  if (JSON.stringify(stage.sent.get(numberOf(person))) === JSON.stringify(wanted)) inOrder += 1;
}
const result: InterleavedResult = {
  bench: 'messages-interleaved',
  conversations: people,
  inOrder,
  replies: people * rounds,
  seconds: Number(seconds.toFixed(1)),
  repliesPerSecond: Number(((people * rounds) / seconds).toFixed(1)),
};
console.log(JSON.stringify(result));
await stage.close();
process.exit(inOrder === people ? 0 : 1);
