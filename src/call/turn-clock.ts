import type { Turn } from './turn.ts';
import {
  cancelReply,
  currentReply,
  type Floor,
  leave,
  silence,
  startClosing,
} from './turn-floor.ts';

/** Nobody waits longer than this without hearing anything when it is the agent's turn. */
const fillerMs = 1_700;
/** During an announced wait, a sign of life this often. */
const fillerAgainMs = 6_000;
/** A reply without audio is asked for once more after this. */
const askAgainMs = 6_000;
/** A reply that began and then starved is given up after this. */
const starvedMs = 4_000;
/** Without a working model for this long, the caller is shown the way out. */
const giveUpMs = 12_000;
/** A nudge or farewell that the model does not speak in this time is spoken by a prompt. */
const promptInsteadMs = 1_700;
/** A cancelled reply whose end the model never tells is forgotten after this. */
const forgottenReplyMs = 3_000;
/** A farewell is given this long in all before the line is cut. */
const closingMs = 15_000;
/** Silence left after the last word, so that it is not clipped on its way. */
const lingerMs = 250;

/** Everything that happens because time passed. Works without marks and without the model. */
export function watchTheClock(floor: Floor): void {
  const { turn, moment } = floor;
  if (turn.phase === 'warming' || turn.phase === 'over') return;
  forgetCancelledReply(floor);
  if (turn.closing) return watchClosing(floor);
  if (moment.nowMs - turn.startedAtMs >= floor.rules.maxCallMs) {
    return close(floor, 'time-limit', 'tempo-esgotado', timeUpInstructions);
  }
  capReply(floor);
  if (turn.callerSpeaking || turn.interruption) return;
  if (isAgentsTurn(turn)) watchAgent(floor);
  else watchCaller(floor);
}

const timeUpInstructions =
  'O tempo máximo da ligação terminou. Avise isso, diga que a pessoa pode ligar de novo e despeça-se em uma frase.';

function isAgentsTurn(turn: Turn): boolean {
  return (
    turn.owesAnswer ||
    currentReply(turn) !== undefined ||
    turn.wants.length > 0 ||
    turn.toolsRunning > 0 ||
    turn.modelLost
  );
}

export function forgetCancelledReply(floor: Floor): void {
  const { turn, moment } = floor;
  const since = turn.reply?.discardedAtMs;
  if (since !== undefined && moment.nowMs - since > forgottenReplyMs) turn.reply = undefined;
}

/** Counted in what is heard: the model may have sent all of it long before. */
function capReply(floor: Floor): void {
  const { turn, moment, rules } = floor;
  if (!moment.playing && currentReply(turn)?.firstAudioAtMs === undefined) {
    turn.speakingSinceMs = undefined;
  }
  const sinceMs = turn.speakingSinceMs;
  if (sinceMs === undefined || moment.nowMs - sinceMs < rules.maxReplyMs) return;
  turn.speakingSinceMs = undefined;
  cancelReply(floor);
  silence(floor);
}

/** It is the agent's turn: never leave the caller in unexplained silence, never wait for ever. */
function watchAgent(floor: Floor): void {
  const { turn, moment, commands } = floor;
  if (moment.playing) {
    // A filler being heard is no sign of life of the model.
    if (turn.announcedAtMs === undefined) turn.agentTurnSinceMs = moment.nowMs;
    return;
  }
  turn.agentTurnSinceMs ??= turn.quietSinceMs;
  const waitedMs = moment.nowMs - turn.agentTurnSinceMs;
  if (waitedMs >= giveUpMs) return leave(floor, 'model-unreachable');
  if (speakInstead(floor)) return;
  askAgain(floor);
  const quietMs = moment.nowMs - turn.quietSinceMs;
  const sinceAnnounced = moment.nowMs - (turn.announcedAtMs ?? Number.NEGATIVE_INFINITY);
  if (quietMs < fillerMs || sinceAnnounced < fillerAgainMs) return;
  commands.push({ type: 'play-prompt', prompt: 'um-momento' });
  turn.announcedAtMs = moment.nowMs;
}

function speakInstead(floor: Floor): boolean {
  const { turn, moment, commands } = floor;
  const reply = currentReply(turn);
  if (!reply?.fallback || reply.firstAudioAtMs !== undefined) return false;
  if (moment.nowMs - reply.askedAtMs < promptInsteadMs) return true;
  cancelReply(floor);
  turn.owesAnswer = false;
  turn.agentTurnSinceMs = undefined;
  commands.push({ type: 'play-prompt', prompt: reply.fallback });
  return true;
}

function askAgain(floor: Floor): void {
  const { turn, moment } = floor;
  const reply = turn.reply;
  if (turn.modelLost || turn.toolsRunning > 0 || reply?.discardedAtMs !== undefined) return;
  const starved =
    reply?.lastAudioAtMs !== undefined && moment.nowMs - reply.lastAudioAtMs >= starvedMs;
  const unanswered =
    reply?.lastAudioAtMs === undefined &&
    moment.nowMs - (reply?.askedAtMs ?? turn.agentTurnSinceMs ?? moment.nowMs) >= askAgainMs;
  if (!starved && !unanswered) return;
  if (turn.wants.some((want) => want.why === 'retry')) return;
  turn.wants = [
    { why: 'retry', ...(reply?.instructions ? { instructions: reply.instructions } : {}) },
    ...turn.wants,
  ];
  cancelReply(floor);
}

/** It is the caller's turn: ask twice whether they are there, then say goodbye. */
function watchCaller(floor: Floor): void {
  const { turn, moment, rules } = floor;
  turn.agentTurnSinceMs = undefined;
  turn.announcedAtMs = undefined;
  if (moment.playing) return;
  const [first, second, third] = rules.silenceLadderMs;
  const quietMs = moment.nowMs - turn.quietSinceMs;
  if (turn.ladderStep === 0 && quietMs >= first) {
    return nudge(
      floor,
      1,
      'ainda-esta-ai',
      'A pessoa não respondeu. Pergunte em uma frase curta se ela ainda está na linha.',
    );
  }
  if (turn.ladderStep === 1 && quietMs >= second) {
    return nudge(
      floor,
      2,
      'nao-ouvi',
      'A pessoa continua em silêncio. Diga em uma frase curta que não está ouvindo e que ela pode falar.',
    );
  }
  if (turn.ladderStep === 2 && quietMs >= third) {
    close(
      floor,
      'caller-silent',
      'tchau',
      'A pessoa não respondeu. Despeça-se em uma frase curta; diga que ela pode ligar de novo.',
    );
  }
}

function nudge(
  floor: Floor,
  step: 1 | 2,
  fallback: 'ainda-esta-ai' | 'nao-ouvi',
  instructions: string,
): void {
  floor.turn.ladderStep = step;
  floor.turn.quietSinceMs = floor.moment.nowMs;
  floor.turn.wants = [...floor.turn.wants, { why: 'nudge', fallback, instructions }];
}

function close(
  floor: Floor,
  reason: 'caller-silent' | 'time-limit',
  fallback: 'tchau' | 'tempo-esgotado',
  instructions: string,
): void {
  startClosing(floor, reason, { why: 'farewell', fallback, instructions });
  if (!currentReply(floor.turn) && !floor.moment.playing) return;
  cancelReply(floor);
  silence(floor);
}

/** The farewell is heard before the line is cut, within bounds. */
function watchClosing(floor: Floor): void {
  const { turn, moment, commands } = floor;
  const closing = turn.closing;
  if (!closing) return;
  const elapsedMs = moment.nowMs - closing.startedAtMs;
  if (elapsedMs >= closingMs) return hangUp(floor);
  if (turn.interruption || turn.callerSpeaking) return;
  if (closing.farewellAtMs === undefined) return sayFarewellInstead(floor);
  if (currentReply(turn) && !closing.byPrompt) return;
  if (moment.playing || !moment.heardOut) return;
  if (moment.nowMs - turn.quietSinceMs < lingerMs) return;
  if (commands.length === 0) hangUp(floor);
}

function sayFarewellInstead(floor: Floor): void {
  const { turn, moment, commands } = floor;
  const closing = turn.closing;
  if (!closing || moment.playing) return;
  const wanted =
    turn.wants.find((want) => want.why === 'farewell')?.fallback ?? turn.reply?.fallback ?? 'tchau';
  if (moment.nowMs - turn.quietSinceMs < promptInsteadMs) return;
  turn.wants = [];
  cancelReply(floor);
  closing.farewellAtMs = moment.nowMs;
  closing.byPrompt = true;
  commands.push({ type: 'play-prompt', prompt: wanted });
}

function hangUp(floor: Floor): void {
  const { turn, commands } = floor;
  const reason = turn.closing?.reason ?? 'agent-goodbye';
  turn.phase = 'over';
  const leaves = reason === 'model-unreachable' || reason === 'model-refused';
  commands.push({ type: leaves ? 'leave-to-fallback' : 'hang-up', reason });
}
