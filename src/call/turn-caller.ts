import { judgeByTime, judgeByWords, meaningfulWords, type Verdict } from './interruption.ts';
import type { Interruption } from './turn.ts';
import { cancelReply, currentReply, type Floor, keepCall, silence, want } from './turn-floor.ts';

/** How long after a false interruption a reply that the model made of the noise is still dropped. */
const noiseReplyMs = 3_000;
/** The model answers a finished turn of the caller by itself; a request of ours would collide with that reply. */
const ownReplyMs = 1_500;

export function callerStarts(floor: Floor, callerItemId: string): void {
  const { turn, moment, commands } = floor;
  turn.callerSpeaking = true;
  turn.dropRepliesUntilMs = Number.NEGATIVE_INFINITY;
  turn.quietSinceMs = moment.nowMs;
  turn.ladderStep = 0;
  turn.wants = turn.wants.filter((want) => want.why !== 'nudge');
  const speaking = !turn.sentence && (moment.playing || turn.reply?.firstAudioAtMs !== undefined);
  const unfinished = currentReply(turn) !== undefined;
  if (turn.reply)
    turn.reply = { ...turn.reply, discardedAtMs: turn.reply.discardedAtMs ?? moment.nowMs };
  // A second sound before the first was judged: the audio is already held, only the clock starts again.
  if (turn.interruption) {
    turn.interruption = { ...turn.interruption, startedAtMs: moment.nowMs, callerItemId };
    delete turn.interruption.stoppedAtMs;
    delete turn.interruption.answered;
    commands.push({ type: 'drop-held-reply' });
    return;
  }
  // What waits behind a sentence that goes on answers what the caller said before.
  if (turn.sentence) commands.push({ type: 'drop-held-reply' });
  if (!speaking) return keepCall(turn);
  commands.push({ type: 'silence-agent' });
  turn.interruption = { startedAtMs: moment.nowMs, callerItemId, cutShort: unfinished };
  settle(floor, judgeByTime(turn.interruption, moment.nowMs, floor.rules));
}

export function callerStops(floor: Floor, speechMs: number): void {
  const { turn, moment } = floor;
  turn.callerSpeaking = false;
  turn.quietSinceMs =
    moment.nowMs - Math.min(floor.rules.endpointingMs, moment.nowMs - turn.startedAtMs);
  turn.owesAnswer = true;
  turn.agentTurnSinceMs = moment.nowMs;
  turn.askNotBeforeMs = moment.nowMs + ownReplyMs;
  turn.silentToolReplies = 0;
  if (!turn.interruption) return;
  turn.interruption = { ...turn.interruption, stoppedAtMs: moment.nowMs, speechMs };
  settle(floor, judgeByTime(turn.interruption, moment.nowMs, floor.rules));
}

export function callerWords(floor: Floor, words: { text: string; final: boolean }): void {
  const { turn, moment, commands } = floor;
  if (turn.interruption) return settle(floor, judgeByWords(turn.interruption, words, floor.rules));
  if (!words.final || moment.nowMs >= turn.noiseUntilMs) return;
  if (meaningfulWords(words.text, floor.rules.backchannels).length === 0) return;
  // It was taken for noise and the agent went on, but it was speech after all: stop again and answer it.
  turn.noiseUntilMs = Number.NEGATIVE_INFINITY;
  turn.askNotBeforeMs = Number.NEGATIVE_INFINITY;
  if (moment.playing) silence(floor);
  cancelReply(floor);
  commands.push({ type: 'restate-caller', text: words.text });
  turn.owesAnswer = true;
  want(turn, { why: 'entry' });
}

/** Acts on a verdict about the sound the caller made over the agent. */
export function settle(floor: Floor, verdict: Verdict): void {
  const { turn, moment, commands } = floor;
  const interruption = turn.interruption;
  if (verdict === 'unknown' || !interruption) return;
  turn.interruption = undefined;
  if (verdict === 'speech') {
    // The model has heard these words before they were judged: ending the call was its answer to them.
    const isAnswer =
      interruption.answered && (turn.closing?.startedAtMs ?? 0) > interruption.startedAtMs;
    if (!isAnswer) keepCall(turn);
    commands.push({ type: 'forget-unheard' }, { type: 'release-held-reply' });
    commands.push({ type: 'count-barge-in', outcome: 'cut' });
    return;
  }
  dropReplyToNoise(floor, interruption);
  commands.push({ type: 'resume-agent' }, { type: 'count-barge-in', outcome: 'resumed' });
  turn.owesAnswer = false;
  turn.askNotBeforeMs = Number.NEGATIVE_INFINITY;
  turn.quietSinceMs = moment.nowMs;
  turn.speakingSinceMs = moment.nowMs;
  if (interruption.cutShort) want(turn, { why: 'continue', instructions: continueInstructions });
}

const continueInstructions =
  'Um ruído interrompeu a sua fala, mas a pessoa não disse nada. Continue a frase exatamente de onde parou, sem repetir o que já disse e sem comentar a interrupção.';

function dropReplyToNoise(floor: Floor, interruption: Interruption): void {
  const { turn, moment, commands } = floor;
  commands.push({ type: 'drop-held-reply' });
  if (currentReply(turn)?.responseId) cancelReply(floor);
  else if (!interruption.answered) turn.dropRepliesUntilMs = moment.nowMs + noiseReplyMs;
  turn.noiseUntilMs = moment.nowMs + noiseReplyMs;
  commands.push({ type: 'delete-caller-item', itemId: interruption.callerItemId });
}

export function entryTyped(floor: Floor): void {
  const { turn, moment } = floor;
  turn.ladderStep = 0;
  turn.silentToolReplies = 0;
  turn.quietSinceMs = moment.nowMs;
  keepCall(turn);
  if (moment.playing) silence(floor);
  cancelReply(floor);
  turn.owesAnswer = true;
  want(turn, { why: 'entry' });
}
