import { currentReply, type Floor, want, wantOf } from './turn-floor.ts';

export function modelLost(floor: Floor): void {
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

export function modelRestored(floor: Floor): void {
  const { turn, moment, commands } = floor;
  turn.modelLost = false;
  turn.agentTurnSinceMs = moment.nowMs;
  const nothingToSay = turn.phase === 'talking' && !turn.owesAnswer && turn.wants.length === 0;
  // Whoever was asked to wait is told when the waiting is over.
  if (turn.announcedAtMs !== undefined && nothingToSay && !turn.callerSpeaking)
    commands.push({ type: 'play-prompt', prompt: 'pode-falar' });
}
