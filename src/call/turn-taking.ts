import { judgeByTime, judgeByWords, meaningfulWords, type Verdict } from './interruption.ts';
import type { Moment, Reply, Turn, TurnCommand, TurnEvent, TurnRules, Want } from './turn.ts';
import { watchTheClock } from './turn-clock.ts';
import {
  cancelReply,
  currentReply,
  type Floor,
  leave,
  silence,
  startClosing,
  want,
  wantOf,
} from './turn-floor.ts';

/** How long after a false interruption a reply that the model made of the noise is still dropped. */
const noiseReplyMs = 3_000;
/** The model answers a finished turn of the caller by itself; a request of ours would collide with that reply. */
const ownReplyMs = 1_500;
/** A refused request is made again after this. */
const refusedWaitMs = 500;
/** After so many replies of tool calls without a word, the model is asked to speak; after `most` it is given up. */
const silentToolReplies = { usual: 8, most: 12 };

export function createTurn(nowMs: number, greeting: Want): Turn {
  return {
    phase: 'warming',
    startedAtMs: nowMs,
    callerSpeaking: false,
    owesAnswer: false,
    reply: undefined,
    wants: [greeting],
    toolsRunning: 0,
    interruption: undefined,
    dropRepliesUntilMs: Number.NEGATIVE_INFINITY,
    noiseUntilMs: Number.NEGATIVE_INFINITY,
    quietSinceMs: nowMs,
    agentTurnSinceMs: undefined,
    announcedAtMs: undefined,
    askNotBeforeMs: Number.NEGATIVE_INFINITY,
    speakingSinceMs: undefined,
    silentToolReplies: 0,
    ladderStep: 0,
    failures: 0,
    modelLost: true,
    closing: undefined,
  };
}

/** The one owner of “who may speak now”. Pure: the same turn, event and moment give the same answer. */
export function takeTurn(
  turn: Turn,
  event: TurnEvent,
  moment: Moment,
  rules: TurnRules,
): { turn: Turn; commands: TurnCommand[] } {
  if (turn.phase === 'over') return { turn, commands: [] };
  const floor: Floor = { turn: { ...turn }, commands: [], moment, rules };
  if (moment.playing || floor.turn.callerSpeaking) floor.turn.quietSinceMs = moment.nowMs;
  apply(floor, event);
  askNextReply(floor);
  return { turn: floor.turn, commands: floor.commands };
}

/** May audio of this reply go to the caller now? `hold` while it is unknown whether the caller really spoke. */
export function admitAudio(turn: Turn, responseId: string): 'play' | 'hold' | 'drop' {
  if (turn.phase === 'over') return 'drop';
  if (turn.reply?.responseId !== responseId || turn.reply.discardedAtMs !== undefined)
    return 'drop';
  return turn.interruption ? 'hold' : 'play';
}

function apply(floor: Floor, event: TurnEvent): void {
  const { turn, moment } = floor;
  switch (event.type) {
    case 'stream-started':
      turn.phase = 'talking';
      turn.startedAtMs = moment.nowMs;
      turn.quietSinceMs = moment.nowMs;
      if (turn.speakingSinceMs !== undefined) turn.speakingSinceMs = moment.nowMs;
      return;
    case 'caller-speech-started':
      return callerStarts(floor, event.itemId);
    case 'caller-speech-stopped':
      return callerStops(floor, event.speechMs);
    case 'caller-words':
      return callerWords(floor, event);
    case 'entry-typed':
      return entryTyped(floor);
    case 'reply-created':
      return replyCreated(floor, event.responseId, event.asked);
    case 'reply-refused':
      return replyRefused(floor);
    case 'reply-audio':
      return replyAudio(floor, event.responseId);
    case 'reply-done':
      return replyDone(floor, event);
    case 'tool-started':
      turn.toolsRunning += 1;
      return;
    case 'tool-finished':
      return toolFinished(floor, event.endsCall);
    case 'model-lost':
      return modelLost(floor);
    case 'model-restored':
      return modelRestored(floor);
    case 'model-gave-up':
      return leave(floor, event.fatal ? 'model-refused' : 'model-unreachable');
    case 'end-wanted':
      return startClosing(floor, event.reason, {
        why: 'farewell',
        fallback: event.fallback,
        ...(event.instructions ? { instructions: event.instructions } : {}),
      });
    case 'tick':
      if (turn.interruption)
        settle(floor, judgeByTime(turn.interruption, moment.nowMs, floor.rules));
      return watchTheClock(floor);
    default:
      return event satisfies never;
  }
}

function callerStarts(floor: Floor, callerItemId: string): void {
  const { turn, moment, commands } = floor;
  turn.callerSpeaking = true;
  turn.quietSinceMs = moment.nowMs;
  turn.ladderStep = 0;
  turn.wants = turn.wants.filter((want) => want.why !== 'nudge');
  const speaking = moment.playing || turn.reply?.firstAudioAtMs !== undefined;
  const unfinished = currentReply(turn) !== undefined;
  if (turn.reply)
    turn.reply = { ...turn.reply, discardedAtMs: turn.reply.discardedAtMs ?? moment.nowMs };
  // A second sound before the first was judged: the audio is already held, only the clock starts again.
  if (turn.interruption) {
    turn.interruption = { ...turn.interruption, startedAtMs: moment.nowMs, callerItemId };
    delete turn.interruption.stoppedAtMs;
    commands.push({ type: 'drop-held-reply' });
    return;
  }
  if (!speaking) return keepCall(turn);
  commands.push({ type: 'silence-agent' });
  turn.interruption = { startedAtMs: moment.nowMs, callerItemId, cutShort: unfinished };
  settle(floor, judgeByTime(turn.interruption, moment.nowMs, floor.rules));
}

function callerStops(floor: Floor, speechMs: number): void {
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

function callerWords(floor: Floor, words: { text: string; final: boolean }): void {
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
function settle(floor: Floor, verdict: Verdict): void {
  const { turn, moment, commands } = floor;
  const interruption = turn.interruption;
  if (verdict === 'unknown' || !interruption) return;
  turn.interruption = undefined;
  if (verdict === 'speech') {
    keepCall(turn);
    commands.push({ type: 'forget-unheard' }, { type: 'release-held-reply' });
    commands.push({ type: 'count-barge-in', outcome: 'cut' });
    return;
  }
  dropReplyToNoise(floor, interruption.callerItemId);
  commands.push({ type: 'resume-agent' }, { type: 'count-barge-in', outcome: 'resumed' });
  turn.owesAnswer = false;
  turn.askNotBeforeMs = Number.NEGATIVE_INFINITY;
  turn.quietSinceMs = moment.nowMs;
  turn.speakingSinceMs = moment.nowMs;
  if (interruption.cutShort) want(turn, { why: 'continue', instructions: continueInstructions });
}

const continueInstructions =
  'Um ruído interrompeu a sua fala, mas a pessoa não disse nada. Continue a frase exatamente de onde parou, sem repetir o que já disse e sem comentar a interrupção.';

function dropReplyToNoise(floor: Floor, callerItemId: string): void {
  const { turn, moment, commands } = floor;
  commands.push({ type: 'drop-held-reply' });
  if (currentReply(turn)?.responseId) cancelReply(floor);
  else turn.dropRepliesUntilMs = moment.nowMs + noiseReplyMs;
  turn.noiseUntilMs = moment.nowMs + noiseReplyMs;
  commands.push({ type: 'delete-caller-item', itemId: callerItemId });
}

function entryTyped(floor: Floor): void {
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

function replyCreated(floor: Floor, responseId: string, asked: boolean): void {
  const { turn, moment, commands } = floor;
  const expected = asked ? turn.reply : undefined;
  const stale = expected?.discardedAtMs !== undefined;
  const toNoise = !asked && moment.nowMs < turn.dropRepliesUntilMs;
  const reply: Reply = expected
    ? { ...expected, responseId }
    : { why: 'caller', askedAtMs: moment.nowMs, responseId };
  if (toNoise) reply.discardedAtMs = moment.nowMs;
  if (stale || toNoise) commands.push({ type: 'cancel-reply', responseId });
  if (toNoise) turn.dropRepliesUntilMs = Number.NEGATIVE_INFINITY;
  if (!asked) turn.askNotBeforeMs = Number.NEGATIVE_INFINITY;
  const outrun = asked ? undefined : currentReply(turn);
  turn.reply = reply;
  // The model answered by itself before it saw our request, which it will refuse.
  if (outrun && outrun.why !== 'caller') {
    if (toNoise || outrun.why === 'greeting' || outrun.why === 'farewell')
      want(turn, wantOf(outrun, outrun.why));
  }
  // The model has seen everything said and every tool output by now: this reply answers them all.
  if (!stale && !toNoise) {
    turn.owesAnswer = true;
    turn.wants = turn.wants.filter((other) => other.why === 'greeting' || other.why === 'farewell');
  }
}

/** Another reply was already active at the model: ask again when it is over, a bounded number of times. */
function replyRefused(floor: Floor): void {
  const { turn } = floor;
  const refused = turn.reply;
  if (!refused || refused.responseId) return;
  turn.reply = undefined;
  if (refused.discardedAtMs !== undefined || refused.why === 'caller') return;
  turn.failures += 1;
  if (turn.failures > 2) return leave(floor, 'model-unreachable');
  turn.askNotBeforeMs = floor.moment.nowMs + refusedWaitMs;
  turn.wants = [wantOf(refused, refused.why), ...turn.wants];
}

function replyAudio(floor: Floor, responseId: string): void {
  const { turn, moment } = floor;
  const reply = turn.reply;
  if (reply?.responseId !== responseId) return;
  if (reply.firstAudioAtMs === undefined) turn.speakingSinceMs = moment.nowMs;
  turn.reply = {
    ...reply,
    firstAudioAtMs: reply.firstAudioAtMs ?? moment.nowMs,
    lastAudioAtMs: moment.nowMs,
  };
  if (reply.discardedAtMs !== undefined) return;
  turn.owesAnswer = false;
  turn.announcedAtMs = undefined;
  turn.agentTurnSinceMs = moment.nowMs;
  turn.quietSinceMs = moment.nowMs;
  if (turn.closing && reply.why === 'farewell') turn.closing.farewellAtMs ??= moment.nowMs;
}

function replyDone(floor: Floor, event: Extract<TurnEvent, { type: 'reply-done' }>): void {
  const { turn, commands } = floor;
  const reply = turn.reply;
  if (reply?.responseId !== event.responseId) return;
  turn.reply = undefined;
  if (reply.discardedAtMs !== undefined) return;
  if (event.status === 'completed' && (event.hadAudio || event.calledTool)) {
    turn.failures = 0;
    turn.silentToolReplies = event.hadAudio ? 0 : turn.silentToolReplies + 1;
    if (turn.silentToolReplies >= silentToolReplies.most) return leave(floor, 'model-unreachable');
    if (turn.closing && event.hadAudio) turn.closing.farewellAtMs ??= floor.moment.nowMs;
    return;
  }
  // Cancelled by the model for the caller's voice: what they say next is the next turn.
  if (event.status === 'cancelled' || (event.status === 'incomplete' && event.hadAudio)) return;
  turn.failures += 1;
  if (turn.failures === 1) return want(turn, wantOf(reply, 'retry'));
  if (turn.failures === 2) {
    commands.push({ type: 'play-prompt', prompt: 'nao-entendi' });
    turn.owesAnswer = false;
    return;
  }
  leave(floor, 'model-unreachable');
}

function toolFinished(floor: Floor, endsCall: boolean): void {
  const { turn, moment } = floor;
  turn.toolsRunning = Math.max(0, turn.toolsRunning - 1);
  turn.agentTurnSinceMs = moment.nowMs;
  // Somebody who is speaking is not hung up on: what they say comes first.
  if (!endsCall || turn.callerSpeaking) return want(turn, { why: 'tool-output' });
  const saidGoodbye = moment.playing || turn.reply?.firstAudioAtMs !== undefined;
  startClosing(
    floor,
    'agent-goodbye',
    saidGoodbye
      ? undefined
      : { why: 'farewell', instructions: farewellInstructions, fallback: 'tchau' },
  );
}

const farewellInstructions =
  'Despeça-se agora em uma frase curta, pelo nome se souber. Não pergunte mais nada.';

/** Speech during the goodbye keeps the call, unless the call has to end. */
function keepCall(turn: Turn): void {
  if (turn.closing?.reason !== 'agent-goodbye' && turn.closing?.reason !== 'caller-silent') return;
  turn.phase = 'talking';
  turn.closing = undefined;
  turn.wants = turn.wants.filter((other) => other.why !== 'farewell');
}

function modelLost(floor: Floor): void {
  const { turn, moment, commands } = floor;
  const lost = currentReply(turn);
  const unsaid = lost?.firstAudioAtMs === undefined ? lost?.why : undefined;
  const unanswered = turn.owesAnswer || lost !== undefined;
  const lostWords = turn.callerSpeaking;
  turn.modelLost = true;
  turn.reply = undefined;
  turn.callerSpeaking = false;
  turn.askNotBeforeMs = Number.NEGATIVE_INFINITY;
  turn.agentTurnSinceMs ??= moment.nowMs;
  if (turn.interruption) {
    turn.interruption = undefined;
    commands.push({ type: 'forget-unheard' }, { type: 'drop-held-reply' });
  }
  if (lost && (unsaid === 'greeting' || unsaid === 'farewell')) want(turn, wantOf(lost, unsaid));
  else if ((unanswered || lostWords) && !turn.wants.some((other) => other.why === 'greeting')) {
    const instructions = lostWords ? lostWordsInstructions : restoredInstructions;
    want(turn, { why: 'restored', instructions });
  }
}

const restoredInstructions =
  'A ligação falhou por um instante. Continue a conversa de onde parou, respondendo ao que a pessoa disse por último. Não recomece, não repita o que já foi dito e não refaça nada que já esteja feito.';
const lostWordsInstructions =
  'A ligação falhou por um instante enquanto a pessoa falava. Desculpe-se em poucas palavras e peça que ela repita o que disse. Não recomece a conversa.';

function modelRestored(floor: Floor): void {
  const { turn, moment, commands } = floor;
  turn.modelLost = false;
  turn.agentTurnSinceMs = moment.nowMs;
  const nothingToSay = turn.phase === 'talking' && !turn.owesAnswer && turn.wants.length === 0;
  // Whoever was asked to wait is told when the waiting is over.
  if (turn.announcedAtMs !== undefined && nothingToSay && !turn.callerSpeaking)
    commands.push({ type: 'play-prompt', prompt: 'pode-falar' });
}

/** One reply in flight: the next is asked for when the model, the tools and the caller leave the floor. */
function askNextReply(floor: Floor): void {
  const { turn, moment, commands } = floor;
  const [next, ...rest] = turn.wants;
  if (!next || turn.phase === 'over' || turn.reply || turn.modelLost) return;
  if (turn.callerSpeaking || turn.interruption || turn.toolsRunning > 0) return;
  if (moment.nowMs < turn.askNotBeforeMs) return;
  if (next.why === 'continue' && !moment.heardOut) return;
  turn.wants = rest;
  turn.reply = { ...next, askedAtMs: moment.nowMs };
  turn.agentTurnSinceMs ??= moment.nowMs;
  commands.push({
    type: 'ask-reply',
    ...(next.instructions ? { instructions: next.instructions } : {}),
    ...(turn.silentToolReplies >= silentToolReplies.usual ? { toolChoice: 'none' as const } : {}),
  });
}
