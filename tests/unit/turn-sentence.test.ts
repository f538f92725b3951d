import { describe, expect, it } from 'vitest';
import type { Sentence, Turn, TurnCommand, TurnEvent, TurnRules } from '../../src/call/turn.ts';
import { admitAudio, createTurn, takeTurn } from '../../src/call/turn-taking.ts';

const rules: TurnRules = {
  silenceLadderMs: [8_000, 8_000, 8_000],
  maxCallMs: 1_800_000,
  maxReplyMs: 60_000,
  onFalseInterruption: 'resume',
  minSpeechMs: 400,
  backchannels: ['aham'],
  endpointingMs: 500,
};

const sentenceMs = 5_000;
const urgent: Sentence = { prompt: 'emergencia-heart', isProtected: true, givesFloor: true };
const notice: Sentence = { prompt: 'gravacao-notice', isProtected: true, givesFloor: false };
const refused: Sentence = { prompt: 'gravacao-refused', isProtected: false, givesFloor: true };

/** A conversation that has been greeted; what is played takes its time. */
function talking() {
  let turn: Turn = createTurn(0, { why: 'greeting' });
  let nowMs = 0;
  let playingUntilMs = 0;
  const all: TurnCommand[] = [];
  const stage = {
    all,
    turn: () => turn,
    give(event: TurnEvent): TurnCommand[] {
      const playing = nowMs < playingUntilMs;
      const step = takeTurn(turn, event, { nowMs, playing, heardOut: !playing }, rules);
      turn = step.turn;
      for (const { type } of step.commands) {
        if (type === 'silence-agent') playingUntilMs = nowMs;
        if (type === 'play-prompt') playingUntilMs = Math.max(nowMs, playingUntilMs) + sentenceMs;
      }
      all.push(...step.commands);
      return step.commands;
    },
    wait(ms: number) {
      for (const endMs = nowMs + ms; nowMs < endMs; ) {
        nowMs += 100;
        stage.give({ type: 'tick' });
      }
    },
    /** The model answers by itself, and is still at it. */
    answer(responseId: string, lengthMs: number) {
      stage.give({ type: 'reply-created', responseId, asked: false });
      if (admitAudio(turn, responseId) === 'play') playingUntilMs = nowMs + lengthMs;
      stage.give({ type: 'reply-audio', responseId });
    },
    says(speechMs = 1_200) {
      stage.give({ type: 'caller-speech-started', itemId: 'c' });
      nowMs += speechMs;
      stage.give({ type: 'caller-speech-stopped', speechMs });
    },
    types: () => all.map(({ type }) => type),
    due: (sentence: Sentence, atOnce: boolean) =>
      stage.give({ type: 'sentence-due', sentence, atOnce }),
  };
  stage.give({ type: 'model-restored' });
  stage.give({ type: 'stream-started' });
  stage.give({ type: 'reply-created', responseId: 'greeting', asked: true });
  stage.give({ type: 'reply-audio', responseId: 'greeting' });
  stage.give({
    type: 'reply-done',
    responseId: 'greeting',
    status: 'completed',
    calledTool: false,
    hadAudio: true,
  });
  stage.wait(100);
  all.length = 0;
  return stage;
}

describe('a sentence that is said at once', () => {
  it('silences the agent, gives up its answer and is played', () => {
    const stage = talking();
    stage.says();
    stage.answer('r1', 10_000);
    const commands = stage.due(urgent, true);
    expect(commands.map(({ type }) => type)).toEqual([
      'silence-agent',
      'forget-unheard',
      'cancel-reply',
      'drop-held-reply',
      'drop-held-reply',
      'play-prompt',
    ]);
    expect(admitAudio(stage.turn(), 'r1')).toBe('drop');
  });

  it('is not followed by the answer that the model had not begun yet', () => {
    const stage = talking();
    stage.says();
    stage.due(urgent, true);
    expect(stage.give({ type: 'reply-created', responseId: 'r1', asked: false })).toContainEqual({
      type: 'cancel-reply',
      responseId: 'r1',
    });
    expect(admitAudio(stage.turn(), 'r1')).toBe('drop');
  });

  it('goes on while the caller speaks over it, and their answer waits for its end', () => {
    const stage = talking();
    stage.says();
    stage.due(urgent, true);
    stage.all.length = 0;
    stage.wait(1_000);
    stage.says();
    stage.give({ type: 'entry-typed' });
    stage.give({ type: 'reply-created', responseId: 'r2', asked: false });
    expect(admitAudio(stage.turn(), 'r2')).toBe('hold');
    expect(stage.types()).not.toContain('silence-agent');
    stage.wait(sentenceMs);
    expect(stage.all).toContainEqual({
      type: 'sentence-told',
      prompt: 'emergencia-heart',
      wholeHeard: true,
    });
    expect(stage.types()).toContain('release-held-reply');
    expect(admitAudio(stage.turn(), 'r2')).toBe('play');
  });

  it('takes the place of another, which is told as cut off, and of those that were due', () => {
    const stage = talking();
    stage.due(notice, false);
    stage.wait(100);
    stage.due(notice, false);
    expect(stage.due(urgent, true)[0]).toEqual({
      type: 'sentence-told',
      prompt: 'gravacao-notice',
      wholeHeard: false,
    });
    stage.wait(sentenceMs + 300);
    const played = stage.all.flatMap((one) => (one.type === 'play-prompt' ? one.prompt : []));
    expect(played).toEqual(['gravacao-notice', 'emergencia-heart']);
  });

  it('that is not protected waits for one that is', () => {
    const stage = talking();
    stage.due(urgent, true);
    stage.due(refused, true);
    stage.wait(sentenceMs - 200);
    const played = () => stage.all.flatMap((one) => (one.type === 'play-prompt' ? one.prompt : []));
    expect(played()).toEqual(['emergencia-heart']);
    expect(stage.types().filter((type) => type === 'silence-agent')).toHaveLength(1);
    stage.wait(600);
    expect(played()).toEqual(['emergencia-heart', 'gravacao-refused']);
  });

  it('keeps a call that was about to end', () => {
    const stage = talking();
    stage.give({ type: 'tool-started' });
    stage.give({ type: 'tool-finished', endsCall: true });
    expect(stage.turn().phase).toBe('closing');
    stage.due(urgent, true);
    stage.wait(sentenceMs + 1_000);
    expect(stage.types()).not.toContain('hang-up');
  });

  it('is heard from a model that is gone', () => {
    const stage = talking();
    stage.give({ type: 'model-lost' });
    expect(stage.due(urgent, true)).toContainEqual({
      type: 'play-prompt',
      prompt: 'emergencia-heart',
    });
  });

  it('may be spoken over when it is not protected', () => {
    const stage = talking();
    stage.due(refused, true);
    stage.wait(500);
    expect(stage.give({ type: 'caller-speech-started', itemId: 'c2' })).toContainEqual({
      type: 'silence-agent',
    });
  });
});

describe('a sentence that is due', () => {
  it('waits until the caller has spoken and the agent, too', () => {
    const stage = talking();
    stage.give({ type: 'caller-speech-started', itemId: 'c' });
    stage.due(notice, false);
    stage.wait(1_000);
    expect(stage.types()).not.toContain('play-prompt');
    stage.give({ type: 'caller-speech-stopped', speechMs: 1_000 });
    stage.answer('r1', 2_000);
    stage.wait(1_900);
    expect(stage.types()).not.toContain('play-prompt');
    stage.wait(200);
    expect(stage.types()).toContain('play-prompt');
  });

  it('that asks nothing leaves the model its answer, after it', () => {
    const stage = talking();
    stage.says();
    stage.due(notice, false);
    stage.wait(100);
    stage.give({ type: 'reply-created', responseId: 'r1', asked: false });
    expect(admitAudio(stage.turn(), 'r1')).toBe('hold');
    stage.wait(sentenceMs + 200);
    expect(admitAudio(stage.turn(), 'r1')).toBe('play');
  });
});
