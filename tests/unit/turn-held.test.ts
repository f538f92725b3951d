import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Moment, Turn, TurnCommand, TurnEvent, TurnRules } from '../../src/call/turn.ts';
import { mayBeTaken, personAwayMs } from '../../src/call/turn-held.ts';
import { admitAudio, createTurn, takeTurn } from '../../src/call/turn-taking.ts';

const rules: TurnRules = {
  silenceLadderMs: [8_000, 8_000, 8_000],
  maxCallMs: 120_000,
  maxReplyMs: 60_000,
  onFalseInterruption: 'resume',
  minSpeechMs: 400,
  backchannels: ['aham'],
  endpointingMs: 500,
};

/** A call in values, with a model that answers what it is asked at once and the caller by itself. */
class Play {
  turn: Turn = createTurn(0, { why: 'greeting', instructions: '«Olá»' });
  nowMs = 0;
  playingUntilMs = 0;
  replies = 0;
  log: { command: TurnCommand; held: boolean }[] = [];
  /** Replies whose audio reached the caller, and whether a person held the call at that moment. */
  heard: { responseId: string; held: boolean }[] = [];

  give(event: TurnEvent): TurnCommand[] {
    const wasHeld = this.turn.held !== undefined;
    const playing = this.nowMs < this.playingUntilMs;
    const moment: Moment = { nowMs: this.nowMs, playing, heardOut: !playing };
    const { turn, commands } = takeTurn(this.turn, event, moment, rules);
    this.turn = turn;
    // A command after `person-left` is given when the agent has the floor again.
    let held = wasHeld && turn.held !== undefined;
    if (wasHeld && !turn.held) held = true;
    for (const command of commands) {
      if (command.type === 'person-left') held = false;
      this.log.push({ command, held });
      if (command.type === 'silence-agent') this.playingUntilMs = this.nowMs;
      if (command.type === 'play-prompt') this.playingUntilMs = this.nowMs + 1_000;
    }
    if (commands.some(({ type }) => type === 'ask-reply')) this.speak(true);
    return commands;
  }

  speak(asked: boolean, calledTool = false): void {
    const responseId = `r${++this.replies}`;
    this.give({ type: 'reply-created', responseId, asked });
    if (admitAudio(this.turn, responseId) === 'play') {
      this.heard.push({ responseId, held: this.turn.held !== undefined });
      this.playingUntilMs = this.nowMs + 800;
    }
    this.give({ type: 'reply-audio', responseId });
    const status = this.turn.reply?.discardedAtMs === undefined ? 'completed' : 'cancelled';
    this.give({ type: 'reply-done', responseId, status, calledTool, hadAudio: true });
  }

  wait(ms: number): void {
    for (const end = this.nowMs + ms; this.nowMs < end; ) {
      this.nowMs += 100;
      this.give({ type: 'tick' });
    }
  }

  talking(): this {
    this.give({ type: 'model-restored' });
    this.give({ type: 'stream-started' });
    this.wait(1_500);
    this.log = [];
    this.heard = [];
    return this;
  }

  callerSpeaks(): void {
    this.give({ type: 'caller-speech-started', itemId: 'c' });
    this.wait(600);
    this.give({ type: 'caller-speech-stopped', speechMs: 600 });
    this.speak(false);
  }

  types(): string[] {
    return this.log.map(({ command }) => command.type);
  }
}

describe('a person who holds the floor', () => {
  it('silences the agent in the middle of its sentence and gives its reply up', () => {
    const play = new Play().talking();
    play.give({ type: 'reply-created', responseId: 'own', asked: false });
    play.give({ type: 'reply-audio', responseId: 'own' });
    play.playingUntilMs = play.nowMs + 3_000;
    expect(play.give({ type: 'person-takes' }).map(({ type }) => type)).toEqual([
      'cancel-reply',
      'drop-held-reply',
      'silence-agent',
      'drop-held-reply',
      'forget-unheard',
    ]);
    expect(admitAudio(play.turn, 'own')).toBe('drop');
  });

  it('is not spoken over by what the model makes of the caller by itself', () => {
    const play = new Play().talking();
    play.give({ type: 'person-takes' });
    play.give({ type: 'person-back' });
    play.callerSpeaks();
    play.wait(30_000);
    expect(play.heard).toEqual([]);
    expect(play.types().filter((type) => type === 'cancel-reply')).toHaveLength(1);
    expect(play.types()).not.toContain('play-prompt');
    expect(play.types()).not.toContain('ask-reply');
  });

  it('hears no correction of what the agent said before; it is made when the caller is given back', () => {
    const play = new Play().talking();
    play.give({ type: 'person-takes' });
    play.give({ type: 'person-back' });
    play.give({ type: 'correction-wanted', text: 'Desculpe, me enganei.' });
    play.wait(3_000);
    expect(play.types()).not.toContain('ask-reply');
    play.give({ type: 'person-leaves' });
    expect(play.log.map(({ command }) => command)).toContainEqual({
      type: 'ask-reply',
      instructions: expect.stringContaining('«Desculpe, me enganei.»'),
    });
  });

  it('is not cut off by the limit of a call, and the agent has its own time left afterwards', () => {
    const play = new Play().talking();
    play.give({ type: 'person-takes' });
    play.give({ type: 'person-back' });
    play.wait(rules.maxCallMs + 10_000);
    play.give({ type: 'person-leaves' });
    play.wait(5_000);
    expect(play.types()).not.toContain('hang-up');
    expect(play.turn.phase).toBe('talking');
  });

  it('gives the caller back: the model is told, and the agent speaks', () => {
    const play = new Play().talking();
    play.give({ type: 'person-takes' });
    play.give({ type: 'person-back' });
    play.wait(2_000);
    const commands = play.give({ type: 'person-leaves' });
    expect(commands.map(({ type }) => type)).toEqual(['person-left', 'tell-model', 'ask-reply']);
    expect(play.heard).toHaveLength(1);
  });

  it('whose page disappears loses the caller after five seconds, not before, and the caller is told', () => {
    const play = new Play().talking();
    play.give({ type: 'person-takes' });
    play.give({ type: 'person-back' });
    play.wait(10_000);
    play.give({ type: 'person-away' });
    play.wait(personAwayMs - 100);
    expect(play.turn.held).toBeDefined();
    play.wait(100);
    expect(play.turn.held).toBeUndefined();
    expect(play.log.map(({ command }) => command)).toContainEqual({
      type: 'person-left',
      how: 'lost',
    });
    expect(play.log.map(({ command }) => command)).toContainEqual({
      type: 'play-prompt',
      prompt: 'assistente-de-volta',
    });
    expect(play.types()).toContain('ask-reply');
  });

  it('whose page comes back in time keeps the caller', () => {
    const play = new Play().talking();
    play.give({ type: 'person-takes' });
    play.give({ type: 'person-back' });
    play.give({ type: 'person-away' });
    play.wait(4_000);
    play.give({ type: 'person-back' });
    play.wait(10_000);
    expect(play.turn.held).toBeDefined();
  });

  it('does not keep the sentence about danger from being told, it is told afterwards', () => {
    const play = new Play().talking();
    play.give({ type: 'person-takes' });
    play.give({ type: 'person-back' });
    const sentence = { prompt: 'emergencia-heart', isProtected: true, givesFloor: true } as const;
    play.give({ type: 'sentence-due', sentence, atOnce: true });
    play.wait(2_000);
    expect(play.types()).not.toContain('play-prompt');
    play.give({ type: 'person-leaves' });
    play.wait(200);
    expect(play.log.map(({ command }) => command)).toContainEqual({
      type: 'play-prompt',
      prompt: 'emergencia-heart',
    });
    expect(play.types()).not.toContain('ask-reply');
  });

  it('who cuts the sentence about danger off has it told again afterwards', () => {
    const play = new Play().talking();
    const sentence = { prompt: 'emergencia-heart', isProtected: true, givesFloor: true } as const;
    play.give({ type: 'sentence-due', sentence, atOnce: true });
    play.give({ type: 'person-takes' });
    expect(play.log.map(({ command }) => command)).toContainEqual({
      type: 'sentence-told',
      prompt: 'emergencia-heart',
      wholeHeard: false,
    });
    play.give({ type: 'person-leaves' });
    play.wait(200);
    expect(play.types().filter((type) => type === 'play-prompt')).toHaveLength(2);
  });

  it('has nobody to give the caller back to when the model is gone: the way out is shown', () => {
    const play = new Play().talking();
    play.give({ type: 'person-takes' });
    play.give({ type: 'person-back' });
    play.give({ type: 'model-lost' });
    play.give({ type: 'model-gave-up', fatal: true });
    play.wait(20_000);
    expect(play.turn.held).toBeDefined();
    play.give({ type: 'person-leaves' });
    play.wait(5_000);
    expect(play.types()).toContain('leave-to-fallback');
  });

  it('ends the call with a goodbye', () => {
    const play = new Play().talking();
    play.give({ type: 'person-takes' });
    play.give({ type: 'person-back' });
    play.give({ type: 'end-wanted', reason: 'ended-by-staff', fallback: 'tchau' });
    expect(play.turn.held).toBeUndefined();
    play.wait(5_000);
    expect(play.log.at(-1)?.command).toEqual({ type: 'hang-up', reason: 'ended-by-staff' });
  });

  it('cannot take a call that has to end', () => {
    const play = new Play().talking();
    play.give({ type: 'end-wanted', reason: 'time-limit', fallback: 'tempo-esgotado' });
    expect(mayBeTaken(play.turn)).toBe(false);
    play.give({ type: 'person-takes' });
    expect(play.turn.held).toBeUndefined();
  });

  it('keeps a call whose goodbye was under way', () => {
    const play = new Play().talking();
    play.give({ type: 'end-wanted', reason: 'agent-goodbye', fallback: 'tchau' });
    play.give({ type: 'person-takes' });
    play.give({ type: 'person-back' });
    play.wait(20_000);
    expect(play.turn).toMatchObject({ phase: 'talking', closing: undefined });
  });
});

const anyStep = fc.oneof(
  fc.constantFrom<TurnEvent>(
    { type: 'person-takes' },
    { type: 'person-back' },
    { type: 'person-away' },
    { type: 'person-leaves' },
    { type: 'caller-speech-started', itemId: 'c' },
    { type: 'caller-speech-stopped', speechMs: 700 },
    { type: 'caller-words', text: 'quero marcar', final: true },
    { type: 'entry-typed' },
    { type: 'correction-wanted', text: 'Me enganei.' },
    {
      type: 'sentence-due',
      sentence: { prompt: 'emergencia-heart', isProtected: true, givesFloor: true },
      atOnce: true,
    },
    {
      type: 'sentence-due',
      sentence: { prompt: 'gravacao-stopped', isProtected: false, givesFloor: true },
      atOnce: false,
    },
    { type: 'reply-refused' },
    { type: 'tool-started' },
    { type: 'tool-finished', endsCall: false },
    { type: 'tool-finished', endsCall: true },
    { type: 'model-lost' },
    { type: 'model-restored' },
  ),
  fc.constant('the model speaks by itself' as const),
  fc.integer({ min: 1, max: 20 }),
);
/** Long ones: short orders of events hardly meet a person. */
const manySteps = fc.array(anyStep, { minLength: 10, maxLength: 60, size: 'max' });
const taken: TurnEvent[] = [{ type: 'person-takes' }, { type: 'person-back' }];

/** What would be heard by the caller, or asked for so that it is. */
const audible: ReadonlySet<TurnCommand['type']> = new Set([
  'ask-reply',
  'play-prompt',
  'resume-agent',
  'release-held-reply',
  'hang-up',
  'leave-to-fallback',
  'restate-caller',
]);

describe('in any order of what may happen', () => {
  const played = (steps: readonly (TurnEvent | string | number)[]) => {
    const play = new Play().talking();
    for (const step of steps) {
      if (typeof step === 'number') play.wait(step * 100);
      else if (typeof step === 'string') play.speak(false);
      else play.give(step);
    }
    return play;
  };

  it('the agent never speaks while a person holds the call', () => {
    fc.assert(
      fc.property(manySteps, manySteps, (before, then) => {
        const play = played([...before, ...taken, ...then]);
        const spoken = play.log.filter(({ command, held }) => held && audible.has(command.type));
        expect(spoken).toEqual([]);
        expect(play.heard.filter(({ held }) => held)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('the agent always speaks after it was given back', () => {
    fc.assert(
      fc.property(manySteps, (steps) => {
        const play = played(steps);
        play.give({ type: 'model-restored' });
        play.give({ type: 'caller-speech-stopped', speechMs: 700 });
        play.turn = { ...play.turn, toolsRunning: 0 };
        play.give({ type: 'person-takes' });
        if (!play.turn.held) return;
        play.give({ type: 'person-back' });
        play.wait(1_000);
        play.log = [];
        play.give({ type: 'person-leaves' });
        // Before it would ask whether they are still there.
        play.wait(5_000);
        expect(play.types().some((type) => type === 'ask-reply' || type === 'play-prompt')).toBe(
          true,
        );
      }),
      { numRuns: 300 },
    );
  });
});
