import { cpus } from 'node:os';
import type { Spread } from './calls/tally.ts';
import type { MessagesResult } from './messages/run.ts';
import type { MatchTimes } from './messages/scripts.ts';
import type { WebhookLoad } from './messages/webhook.ts';

const webhookTargetMs = 20;
const matchTargetMs = 2;

/** `docs/benchmarks-messages.md`. */
export function messagesPage(results: MessagesResult & { date: string }): string {
  const { date, webhook, interleaved, start, scripts } = results;
  const { product, floor } = webhook;
  return `# Benchmarks of messages

Made by \`npm run bench -- --only-messages\` on ${date}: Node ${process.versions.node}, ${cpus().length} cores. Times are p50 / p99 / max in ms and depend
on the machine and on what else runs on it; the ratio is what to compare.

## Webhooks

${webhook.perSecond} messages a second for ${webhook.seconds} s, signed, over real sockets, from people who write five parts in four seconds; replies are written and sent
meanwhile. Sender, Twilio and model run in one process beside the server, on the same cores. The floor is a bare route that checks the signature,
appends one line to a file and waits until the disk has it.

| server | answered after | target p99 ≤ ${webhookTargetMs} | refused | CPU a message | sender itself late, p99 |
| --- | --- | --- | --- | --- | --- |
| product | ${times(product.answerMs)} | ${verdict(product.answerMs, webhookTargetMs)} | ${product.refused} | ${product.cpuMsPerMessage} ms | ${product.senderLagMs} ms |
${floor ? floorRow(floor) : ''}
A message costs ${floor ? ratio(product.cpuMsPerMessage, floor.cpuMsPerMessage) : '–'} times the CPU of the floor, the reply, its sending and three reports on it included. ${product.answered} of ${product.people}
people were answered, with ${product.repliesEach} replies each.

## Conversations at once

| conversations | own replies, in order | seconds | replies a second |
| --- | --- | --- | --- |
| ${interleaved.conversations} | ${interleaved.inOrder} (target: all) | ${interleaved.seconds} | ${interleaved.repliesPerSecond} |

Three messages each, every one sent when the one before was answered; 1.5 s of each turn are waited for further parts.

## A start

${start.conversations} kept conversations of ${start.linesEach} lines, driver \`files\`.

| | opened after |
| --- | --- |
| with the list of them | ${start.listedMs} ms |
| files alone, all of them read (baseline) | ${start.unlistedMs} ms |

## Finding the script of a message

${scripts.messages} messages over ${scripts.scripts} scripts, without the network.

| way | ms | target p99 ≤ ${matchTargetMs} |
| --- | --- | --- |
| product | ${times(scripts.matchMs)} | ${verdict(scripts.matchMs, matchTargetMs)} |
| plain scan for the words | ${times(scripts.scanMs)} | (baseline) |

The matcher takes ${scripts.ratio} of the baseline's time (medians, same run); each message's best run has a p99 of ${scripts.matchMs.quietP99} ms.
`;
}

function floorRow({ answerMs, refused, cpuMsPerMessage, senderLagMs }: WebhookLoad): string {
  return `| floor | ${times(answerMs)} | (baseline) | ${refused} | ${cpuMsPerMessage} ms | ${senderLagMs} ms |\n`;
}

function ratio(value: number, base: number): number {
  return Math.round((value / base) * 10) / 10;
}

function times({ p50, p99, max }: Pick<Spread | MatchTimes, 'p50' | 'p99' | 'max'>): string {
  return `${p50} / ${p99} / ${max}`;
}

function verdict({ p99 }: { p99: number }, targetMs: number): string {
  return p99 <= targetMs ? 'reached' : '**not reached**';
}
