import { judgeByTime } from './interruption.ts';
import type { Moment, Turn, TurnCommand, TurnEvent, TurnRules, Want } from './turn.ts';
import { callerStarts, callerStops, callerWords, entryTyped, settle } from './turn-caller.ts';
import { watchTheClock } from './turn-clock.ts';
import { correctAgent, currentReply, type Floor, leave, startClosing, want } from './turn-floor.ts';
import { personTakes, whileHeld } from './turn-held.ts';
import { modelLost, modelRestored } from './turn-recovery.ts';
import {
  replyAudio,
  replyCreated,
  replyDone,
  replyRefused,
  silentToolReplies,
} from './turn-reply.ts';
import { sentenceDue, watchSentences } from './turn-sentence.ts';

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
    sentence: undefined,
    dueSentences: [],
    held: undefined,
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
  if (floor.turn.held) whileHeld(floor, event);
  else apply(floor, event);
  askNextReply(floor);
  return { turn: floor.turn, commands: floor.commands };
}

/**
 * May audio of this reply go to the caller now? `hold` while it is unknown whether the caller really spoke, and while a
 * sentence is said that nothing cuts off.
 */
export function admitAudio(turn: Turn, responseId: string): 'play' | 'hold' | 'drop' {
  if (turn.phase === 'over' || turn.held) return 'drop';
  if (turn.reply?.responseId !== responseId || turn.reply.discardedAtMs !== undefined)
    return 'drop';
  return turn.interruption || turn.sentence ? 'hold' : 'play';
}

/** A reply was asked for and has not begun. */
export function isAwaited(turn: Turn): boolean {
  const reply = currentReply(turn);
  return reply !== undefined && reply.responseId === undefined;
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
    case 'correction-wanted':
      return correctAgent(floor, event.text);
    case 'sentence-due':
      return sentenceDue(floor, event.sentence, event.atOnce);
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
      return toolFinished(floor, event);
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
    case 'person-takes':
      return personTakes(floor);
    case 'person-away':
    case 'person-back':
    case 'person-leaves':
      return;
    case 'tick':
      watchSentences(floor);
      if (turn.interruption)
        settle(floor, judgeByTime(turn.interruption, moment.nowMs, floor.rules));
      return watchTheClock(floor);
    default:
      return event satisfies never;
  }
}

function toolFinished(
  floor: Floor,
  { endsCall, transfers }: { endsCall: boolean; transfers?: boolean },
): void {
  const { turn, moment } = floor;
  turn.toolsRunning = Math.max(0, turn.toolsRunning - 1);
  turn.agentTurnSinceMs = moment.nowMs;
  // Somebody who is speaking is not hung up on: what they say comes first.
  if (!(endsCall || transfers) || turn.callerSpeaking) return want(turn, { why: 'tool-output' });
  const saidGoodbye = moment.playing || turn.reply?.firstAudioAtMs !== undefined;
  if (transfers) return startClosing(floor, 'transferred', saidGoodbye ? undefined : announcement);
  startClosing(
    floor,
    'agent-goodbye',
    saidGoodbye
      ? undefined
      : { why: 'farewell', instructions: farewellInstructions, fallback: 'tchau' },
  );
}

const announcement: Want = {
  why: 'farewell',
  instructions:
    'Diga em uma frase curta com quem vai passar a ligação agora. Não pergunte mais nada.',
  fallback: 'um-momento',
};

const farewellInstructions =
  'Despeça-se agora em uma frase curta, pelo nome se souber. Não pergunte mais nada.';

/** One reply in flight: the next is asked for when the model, the tools and the caller leave the floor. */
function askNextReply(floor: Floor): void {
  const { turn, moment, commands } = floor;
  const [next, ...rest] = turn.wants;
  if (!next || turn.phase === 'over' || turn.held || turn.reply || turn.modelLost) return;
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
