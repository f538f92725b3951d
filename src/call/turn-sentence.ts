import type { Sentence } from './turn.ts';
import { cancelReply, type Floor, keepCall, silence } from './turn-floor.ts';

/** A reply that the model makes by itself of what the sentence already answers is dropped when it begins until then. */
const answeredReplyMs = 3_000;

/** Said over anything else and in place of what was due, or as soon as nobody speaks. */
export function sentenceDue(floor: Floor, sentence: Sentence, atOnce: boolean): void {
  const { turn } = floor;
  // Who is told whom to call is not interrupted to be told that nothing is recorded.
  const mayCutOff = sentence.isProtected || turn.sentence === undefined;
  if (!atOnce || !mayCutOff) {
    turn.dueSentences = [...turn.dueSentences, sentence];
    return;
  }
  turn.dueSentences = [];
  const cutOff = turn.sentence;
  turn.sentence = undefined;
  if (cutOff) floor.commands.push({ type: 'sentence-told', prompt: cutOff, wholeHeard: false });
  turn.interruption = undefined;
  turn.noiseUntilMs = Number.NEGATIVE_INFINITY;
  silence(floor);
  keepCall(turn);
  speak(floor, sentence);
}

/** Time passed: the sentence may have been heard to its end, or the next one may begin. */
export function watchSentences(floor: Floor): void {
  const { turn, moment, commands } = floor;
  if (turn.sentence) {
    if (moment.playing || !moment.heardOut) return;
    commands.push({ type: 'sentence-told', prompt: turn.sentence, wholeHeard: true });
    commands.push({ type: 'release-held-reply' });
    turn.sentence = undefined;
    return;
  }
  const [next, ...rest] = turn.dueSentences;
  if (!next || turn.phase !== 'talking' || moment.playing) return;
  if (turn.callerSpeaking || turn.interruption) return;
  turn.dueSentences = rest;
  speak(floor, next);
}

function speak(floor: Floor, { prompt, isProtected, givesFloor }: Sentence): void {
  const { turn, moment, commands } = floor;
  if (givesFloor) giveFloor(floor);
  turn.ladderStep = 0;
  turn.quietSinceMs = moment.nowMs;
  turn.speakingSinceMs = undefined;
  turn.sentence = isProtected ? prompt : undefined;
  commands.push({ type: 'play-prompt', prompt });
}

/** The sentence is the whole answer to what the caller said; what comes next is theirs. */
function giveFloor(floor: Floor): void {
  const { turn, moment, commands } = floor;
  cancelReply(floor);
  commands.push({ type: 'drop-held-reply' });
  turn.dropRepliesUntilMs = moment.nowMs + answeredReplyMs;
  turn.owesAnswer = false;
  turn.askNotBeforeMs = Number.NEGATIVE_INFINITY;
  turn.agentTurnSinceMs = undefined;
  turn.announcedAtMs = undefined;
  turn.wants = turn.wants.filter(({ why }) => why === 'farewell' || why === 'correction');
}
