import type { HeldEnd, Sentence, Turn, TurnEvent } from './turn.ts';
import { forgetCancelledReply } from './turn-clock.ts';
import {
  cancelReply,
  correctAgent,
  type Floor,
  isKeepable,
  keepCall,
  leave,
  startClosing,
  want,
} from './turn-floor.ts';

/** Whose microphone is away for this long has lost the caller, who must not hear silence. */
export const personAwayMs = 5_000;
/** Nobody speaks with one caller for longer: a page that was forgotten open gives the caller back. */
const mostHeldMs = 3_600_000;

/** A person may speak in the agent's place now. */
export function mayBeTaken(turn: Turn): boolean {
  return turn.held === undefined && isKeepable(turn);
}

/** The agent falls silent in the middle of whatever it says; a sentence that had to be heard is told again afterwards. */
export function personTakes(floor: Floor): void {
  const { turn, moment, commands } = floor;
  if (!mayBeTaken(turn)) return;
  keepCall(turn);
  cancelReply(floor);
  const { sentence } = turn;
  turn.sentence = undefined;
  if (sentence) {
    commands.push({ type: 'sentence-told', prompt: sentence, wholeHeard: false });
    due(turn, { prompt: sentence, isProtected: true, givesFloor: true });
  }
  if (moment.playing) commands.push({ type: 'silence-agent' });
  commands.push({ type: 'drop-held-reply' }, { type: 'forget-unheard' });
  turn.wants = turn.wants.filter(({ why }) => why === 'correction');
  turn.held = { sinceMs: moment.nowMs, awaySinceMs: moment.nowMs };
  beginAnew(floor);
}

/** Every event while a person speaks: the caller and the model are followed, nothing is asked and nothing is said. */
export function whileHeld(floor: Floor, event: TurnEvent): void {
  const { turn, moment } = floor;
  switch (event.type) {
    case 'caller-speech-started':
    case 'caller-speech-stopped':
      turn.callerSpeaking = event.type === 'caller-speech-started';
      turn.quietSinceMs = moment.nowMs;
      return;
    case 'reply-created':
      return refuseReply(floor, event.responseId);
    case 'reply-refused':
      if (turn.reply?.responseId === undefined) turn.reply = undefined;
      return;
    case 'reply-done':
      if (turn.reply?.responseId === event.responseId) turn.reply = undefined;
      return;
    case 'tool-started':
      turn.toolsRunning += 1;
      return;
    case 'tool-finished':
      turn.toolsRunning = Math.max(0, turn.toolsRunning - 1);
      return;
    case 'correction-wanted':
      return correctAgent(floor, event.text);
    case 'sentence-due':
      return due(turn, event.sentence);
    case 'model-lost':
      turn.reply = undefined;
      turn.callerSpeaking = false;
      turn.modelLost = true;
      return;
    case 'model-restored':
      turn.modelLost = false;
      return;
    case 'model-gave-up':
      return modelGone(turn, event.fatal);
    case 'person-away':
    case 'person-back':
      return personMoved(floor, event.type === 'person-away');
    case 'person-leaves':
      return giveBack(floor, 'gave-back');
    case 'end-wanted':
      release(floor, 'ended');
      return startClosing(floor, event.reason, {
        why: 'farewell',
        fallback: event.fallback,
        ...(event.instructions ? { instructions: event.instructions } : {}),
      });
    case 'tick':
      return watchPerson(floor);
    default:
      return;
  }
}

/** The model answers the caller by itself; nobody is to hear it. */
function refuseReply(floor: Floor, responseId: string): void {
  const { nowMs } = floor.moment;
  floor.turn.reply = { why: 'caller', askedAtMs: nowMs, responseId, discardedAtMs: nowMs };
  floor.commands.push({ type: 'cancel-reply', responseId });
}

function personMoved({ turn, moment }: Floor, isAway: boolean): void {
  if (!turn.held) return;
  const { awaySinceMs, ...held } = turn.held;
  turn.held = { ...held, awaySinceMs: isAway ? (awaySinceMs ?? moment.nowMs) : undefined };
}

function modelGone(turn: Turn, fatal: boolean): void {
  turn.modelLost = true;
  if (turn.held)
    turn.held = { ...turn.held, modelGone: fatal ? 'model-refused' : 'model-unreachable' };
}

function watchPerson(floor: Floor): void {
  const { turn, moment } = floor;
  forgetCancelledReply(floor);
  const { sinceMs, awaySinceMs } = turn.held ?? {};
  const isAway = awaySinceMs !== undefined && moment.nowMs - awaySinceMs >= personAwayMs;
  const isForgotten = sinceMs !== undefined && moment.nowMs - sinceMs >= mostHeldMs;
  if (isAway || isForgotten) giveBack(floor, 'lost');
}

/** The caller is the agent's again: it speaks next, unless the caller does. */
function giveBack(floor: Floor, how: HeldEnd): void {
  const { turn, commands } = floor;
  const { modelGone: gone } = turn.held ?? {};
  release(floor, how);
  if (gone) return leave(floor, gone);
  commands.push({ type: 'tell-model', text: handedBackNote });
  if (how === 'lost') commands.push({ type: 'play-prompt', prompt: 'assistente-de-volta' });
  // A sentence that ends in a question is all that is said.
  if (!turn.dueSentences.some(({ givesFloor }) => givesFloor))
    want(turn, { why: 'handed-back', instructions: handedBackInstructions });
}

function release(floor: Floor, how: HeldEnd): void {
  const { turn, moment, commands } = floor;
  // The limit of a call is one of the agent: what a person needs is not counted.
  turn.startedAtMs += moment.nowMs - (turn.held?.sinceMs ?? moment.nowMs);
  turn.held = undefined;
  turn.failures = 0;
  beginAnew(floor);
  commands.push({ type: 'person-left', how });
}

/** Whatever was awaited before means nothing any more. */
function beginAnew({ turn, moment }: Floor): void {
  turn.interruption = undefined;
  turn.noiseUntilMs = Number.NEGATIVE_INFINITY;
  turn.dropRepliesUntilMs = Number.NEGATIVE_INFINITY;
  turn.askNotBeforeMs = Number.NEGATIVE_INFINITY;
  turn.quietSinceMs = moment.nowMs;
  turn.owesAnswer = false;
  turn.agentTurnSinceMs = undefined;
  turn.announcedAtMs = undefined;
  turn.speakingSinceMs = undefined;
  turn.silentToolReplies = 0;
  turn.ladderStep = 0;
}

/** There are few sentences, each is told once. */
function due(turn: Turn, sentence: Sentence): void {
  if (turn.dueSentences.some(({ prompt }) => prompt === sentence.prompt)) return;
  turn.dueSentences = [...turn.dueSentences, sentence];
}

const handedBackNote =
  '[equipe] Uma pessoa da equipe da clínica falou com quem ligou, no seu lugar, e devolveu a ligação. Você ouviu só o que a pessoa que ligou disse. O que a equipe prometeu ou combinou você não sabe: não negue, não repita e não prometa em nome dela.';
const handedBackInstructions =
  'Uma pessoa da equipe falou com quem ligou e devolveu a ligação para você. Diga em uma frase curta que você está de volta e continue a conversa de onde ela está, perguntando o que falta. Não recomece e não se apresente de novo.';
