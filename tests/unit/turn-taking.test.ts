import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Moment, Turn, TurnCommand, TurnEvent, TurnRules } from '../../src/call/turn.ts';
import { admitAudio, createTurn, takeTurn } from '../../src/call/turn-taking.ts';

const rules: TurnRules = {
  silenceLadderMs: [8_000, 8_000, 8_000],
  maxCallMs: 1_800_000,
  maxReplyMs: 60_000,
  onFalseInterruption: 'resume',
  minSpeechMs: 400,
  backchannels: ['aham', 'uhum'],
  endpointingMs: 500,
};

/** A call played with values: events in, commands out. */
class Stage {
  turn: Turn;
  nowMs = 0;
  playingUntilMs = 0;
  commands: { atMs: number; command: TurnCommand }[] = [];
  rules: TurnRules;

  constructor(changes: Partial<TurnRules> = {}) {
    this.rules = { ...rules, ...changes };
    this.turn = createTurn(0, { why: 'greeting', instructions: '«Olá»' });
  }

  moment(): Moment {
    const playing = this.nowMs < this.playingUntilMs;
    return { nowMs: this.nowMs, playing, heardOut: !playing };
  }

  give(event: TurnEvent): TurnCommand[] {
    const { turn, commands } = takeTurn(this.turn, event, this.moment(), this.rules);
    this.turn = turn;
    for (const command of commands) {
      this.commands.push({ atMs: this.nowMs, command });
      if (command.type === 'silence-agent') this.playingUntilMs = this.nowMs;
      if (command.type === 'play-prompt') {
        this.playingUntilMs = Math.max(this.nowMs, this.playingUntilMs) + 1_200;
      }
    }
    return commands;
  }

  /** Lets time pass in ticks. */
  wait(ms: number): void {
    for (const end = this.nowMs + ms; this.nowMs < end; ) {
      this.nowMs += 100;
      this.give({ type: 'tick' });
    }
  }

  /** The model speaks a whole reply that takes this long to hear. */
  reply(responseId: string, lengthMs: number, asked = true): void {
    this.give({ type: 'reply-created', responseId, asked });
    this.give({ type: 'reply-audio', responseId });
    this.playingUntilMs = this.nowMs + lengthMs;
    this.give({
      type: 'reply-done',
      responseId,
      status: 'completed',
      calledTool: false,
      hadAudio: true,
    });
  }

  talking(): this {
    this.give({ type: 'model-restored' });
    this.give({ type: 'stream-started' });
    this.reply('greeting', 1_000);
    this.wait(1_100);
    this.commands = [];
    return this;
  }

  types(): string[] {
    return this.commands.map(({ command }) => command.type);
  }

  asked(): string[] {
    return this.commands.flatMap(({ command }) =>
      command.type === 'ask-reply' ? [command.instructions ?? ''] : [],
    );
  }
}

describe('who may speak', () => {
  it('the greeting is asked for as soon as the model is ready, before the stream', () => {
    const stage = new Stage();
    expect(stage.give({ type: 'model-restored' })).toEqual([
      { type: 'ask-reply', instructions: '«Olá»' },
    ]);
  });

  it('only one reply is asked for at a time; a tool result waits for the end of the reply that called it', () => {
    const stage = new Stage().talking();
    stage.give({ type: 'caller-speech-started', itemId: 'c1' });
    stage.give({ type: 'caller-speech-stopped', speechMs: 900 });
    stage.give({ type: 'reply-created', responseId: 'r1', asked: false });
    stage.give({ type: 'tool-started' });
    stage.give({ type: 'tool-finished', endsCall: false });
    expect(stage.types()).not.toContain('ask-reply');
    stage.give({
      type: 'reply-done',
      responseId: 'r1',
      status: 'completed',
      calledTool: true,
      hadAudio: false,
    });
    expect(stage.types().filter((type) => type === 'ask-reply')).toHaveLength(1);
  });

  it('a tool that finishes while the caller speaks is answered by the reply to the caller', () => {
    const stage = new Stage().talking();
    stage.give({ type: 'tool-started' });
    stage.give({ type: 'caller-speech-started', itemId: 'c1' });
    stage.give({ type: 'tool-finished', endsCall: false });
    expect(stage.asked()).toEqual([]);
    stage.give({ type: 'caller-speech-stopped', speechMs: 1_200 });
    // The model answers by itself; or, when it does not, we have asked.
    expect(stage.types().filter((type) => type === 'ask-reply').length).toBeLessThanOrEqual(1);
  });

  it('a correction is asked for at once, word for word, and survives a reply that the model makes by itself', () => {
    const stage = new Stage().talking();
    stage.give({ type: 'correction-wanted', text: 'Desculpe, me enganei.' });
    expect(stage.asked()).toEqual([expect.stringContaining('«Desculpe, me enganei.»')]);
    const other = new Stage().talking();
    other.give({ type: 'caller-speech-started', itemId: 'c1' });
    other.give({ type: 'correction-wanted', text: 'Desculpe, me enganei.' });
    other.give({ type: 'caller-speech-stopped', speechMs: 900 });
    other.reply('r1', 300, false);
    other.wait(2_000);
    expect(other.asked()).toEqual([expect.stringContaining('«Desculpe, me enganei.»')]);
  });

  it('a correction comes before the line is cut', () => {
    const stage = new Stage().talking();
    stage.give({ type: 'reply-created', responseId: 'r1', asked: false });
    stage.give({ type: 'reply-audio', responseId: 'r1' });
    stage.give({ type: 'tool-started' });
    stage.give({ type: 'tool-finished', endsCall: true });
    stage.give({
      type: 'reply-done',
      responseId: 'r1',
      status: 'completed',
      calledTool: true,
      hadAudio: true,
    });
    stage.give({ type: 'correction-wanted', text: 'Desculpe, me enganei.' });
    expect(stage.asked()).toHaveLength(1);
    stage.wait(1_000);
    expect(stage.types()).not.toContain('hang-up');
    stage.reply('r2', 800);
    stage.wait(3_000);
    expect(stage.types()).toContain('hang-up');
  });

  it('a refused request is asked again after the other reply, not at once for ever', () => {
    const stage = new Stage().talking();
    stage.give({ type: 'tool-started' });
    stage.give({ type: 'tool-finished', endsCall: false });
    for (let times = 0; times < 5; times++) stage.give({ type: 'reply-refused' });
    expect(stage.types().filter((type) => type === 'ask-reply').length).toBeLessThanOrEqual(3);
  });
});

describe('barge-in', () => {
  it('silences the agent at once', () => {
    const stage = new Stage().talking();
    stage.reply('r1', 10_000);
    stage.wait(3_000);
    expect(stage.give({ type: 'caller-speech-started', itemId: 'c1' })[0]).toEqual({
      type: 'silence-agent',
    });
  });

  it('late audio of the interrupted reply is dropped', () => {
    const stage = new Stage().talking();
    stage.give({ type: 'reply-created', responseId: 'r1', asked: false });
    stage.give({ type: 'reply-audio', responseId: 'r1' });
    stage.playingUntilMs = stage.nowMs + 5_000;
    stage.give({ type: 'caller-speech-started', itemId: 'c1' });
    expect(admitAudio(stage.turn, 'r1')).toBe('drop');
  });

  it('a cough of 300 ms: the sentence goes on, the noise is forgotten, the reply to it is dropped', () => {
    const stage = new Stage().talking();
    stage.reply('r1', 10_000);
    stage.wait(3_000);
    stage.give({ type: 'caller-speech-started', itemId: 'noise' });
    stage.wait(800);
    stage.give({ type: 'caller-speech-stopped', speechMs: 300 });
    stage.give({ type: 'reply-created', responseId: 'to-noise', asked: false });
    expect(admitAudio(stage.turn, 'to-noise')).toBe('hold');
    stage.wait(800);
    expect(stage.types()).toEqual(
      expect.arrayContaining([
        'cancel-reply',
        'drop-held-reply',
        'delete-caller-item',
        'resume-agent',
      ]),
    );
    expect(admitAudio(stage.turn, 'to-noise')).toBe('drop');
  });

  it('“aham” is listening, “espera” is speech', () => {
    for (const [text, command] of [
      ['Aham.', 'resume-agent'],
      ['Espera!', 'forget-unheard'],
    ] as const) {
      const stage = new Stage().talking();
      stage.reply('r1', 10_000);
      stage.wait(3_000);
      stage.give({ type: 'caller-speech-started', itemId: 'c1' });
      stage.wait(700);
      stage.give({ type: 'caller-speech-stopped', speechMs: 250 });
      stage.give({ type: 'caller-words', text, final: true });
      expect(stage.types()).toContain(command);
    }
  });

  it('words that come after the sound was taken for noise still count', () => {
    const stage = new Stage().talking();
    stage.reply('r1', 10_000);
    stage.wait(3_000);
    stage.give({ type: 'caller-speech-started', itemId: 'c1' });
    stage.wait(600);
    stage.give({ type: 'caller-speech-stopped', speechMs: 250 });
    stage.wait(800);
    expect(stage.types()).toContain('resume-agent');
    stage.playingUntilMs = stage.nowMs + 5_000;
    stage.commands = [];
    stage.give({ type: 'caller-words', text: 'Espera um pouco', final: true });
    expect(stage.types()).toEqual(
      expect.arrayContaining(['silence-agent', 'restate-caller', 'ask-reply']),
    );
  });

  it('with the policy “drop” every sound is speech', () => {
    const stage = new Stage({ onFalseInterruption: 'drop' }).talking();
    stage.reply('r1', 10_000);
    stage.wait(1_000);
    const commands = stage.give({ type: 'caller-speech-started', itemId: 'c1' });
    expect(commands.map(({ type }) => type)).toContain('forget-unheard');
    expect(stage.turn.interruption).toBeUndefined();
  });

  it('a sound that goes on is speech without waiting for its end', () => {
    const stage = new Stage().talking();
    stage.reply('r1', 10_000);
    stage.wait(1_000);
    stage.give({ type: 'caller-speech-started', itemId: 'c1' });
    stage.wait(1_600);
    expect(stage.turn.interruption).toBeUndefined();
    expect(stage.types()).toContain('count-barge-in');
  });

  it('a reply that was being generated when a cough stopped it is asked to go on after the resume', () => {
    const stage = new Stage().talking();
    stage.give({ type: 'reply-created', responseId: 'r1', asked: false });
    stage.give({ type: 'reply-audio', responseId: 'r1' });
    stage.playingUntilMs = stage.nowMs + 2_000;
    stage.give({ type: 'caller-speech-started', itemId: 'c1' });
    stage.give({
      type: 'reply-done',
      responseId: 'r1',
      status: 'cancelled',
      calledTool: false,
      hadAudio: true,
    });
    stage.wait(500);
    stage.give({ type: 'caller-speech-stopped', speechMs: 100 });
    stage.give({ type: 'caller-words', text: '', final: true });
    expect(stage.types()).toContain('resume-agent');
    expect(stage.asked().join()).toContain('Continue');
  });
});

describe('silence', () => {
  it('nobody speaks: asked twice, goodbye, hang-up, on schedule', () => {
    const stage = new Stage().talking();
    stage.wait(60_000);
    // The model never answers, so each question is spoken by a prompt about two seconds later.
    const said = stage.commands.flatMap(({ command, atMs }) =>
      command.type === 'play-prompt' ? [[command.prompt, Math.round(atMs / 1000)]] : [],
    );
    expect(said.map(([prompt]) => prompt)).toEqual(['ainda-esta-ai', 'nao-ouvi', 'tchau']);
    expect(stage.commands.at(-1)?.command).toEqual({ type: 'hang-up', reason: 'caller-silent' });
    expect(stage.commands.at(-1)?.atMs).toBeLessThan(40_000);
  });

  it('a caller who speaks again starts the ladder anew', () => {
    const stage = new Stage().talking();
    stage.wait(12_000);
    stage.give({ type: 'caller-speech-started', itemId: 'c1' });
    stage.give({ type: 'caller-speech-stopped', speechMs: 800 });
    stage.reply('r1', 500, false);
    stage.commands = [];
    stage.wait(7_900);
    expect(stage.types()).toEqual([]);
  });

  it('a model that stays silent: a filler within 2 s, asked again at 6 s, the way out at 12 s', () => {
    const stage = new Stage().talking();
    stage.give({ type: 'caller-speech-started', itemId: 'c1' });
    stage.wait(1_000);
    stage.give({ type: 'caller-speech-stopped', speechMs: 900 });
    const stoppedAt = stage.nowMs;
    stage.wait(20_000);
    const at = (type: string, detail?: string) =>
      (stage.commands.find(
        ({ command }) =>
          command.type === type && (!detail || JSON.stringify(command).includes(detail)),
      )?.atMs ?? Number.POSITIVE_INFINITY) - stoppedAt;
    expect(at('play-prompt', 'um-momento')).toBeLessThanOrEqual(1_500);
    expect(at('ask-reply')).toBeLessThanOrEqual(6_200);
    expect(at('play-prompt', 'problema-tecnico')).toBeLessThanOrEqual(12_300);
    expect(at('leave-to-fallback')).toBeLessThanOrEqual(15_000);
  });

  it('a reply that starves is asked for again', () => {
    const stage = new Stage().talking();
    stage.give({ type: 'reply-created', responseId: 'r1', asked: false });
    stage.give({ type: 'reply-audio', responseId: 'r1' });
    stage.playingUntilMs = stage.nowMs + 500;
    stage.wait(4_600);
    expect(stage.types()).toEqual(expect.arrayContaining(['cancel-reply']));
    stage.wait(3_200);
    expect(stage.types()).toContain('ask-reply');
  });
});

describe('the end', () => {
  it('a goodbye spoken with the tool is heard before the line is cut', () => {
    const stage = new Stage().talking();
    stage.give({ type: 'reply-created', responseId: 'r1', asked: false });
    stage.give({ type: 'reply-audio', responseId: 'r1' });
    stage.playingUntilMs = stage.nowMs + 2_000;
    stage.give({ type: 'tool-started' });
    stage.give({ type: 'tool-finished', endsCall: true });
    stage.give({
      type: 'reply-done',
      responseId: 'r1',
      status: 'completed',
      calledTool: true,
      hadAudio: true,
    });
    stage.wait(1_900);
    expect(stage.types()).not.toContain('hang-up');
    stage.wait(600);
    expect(stage.types()).toContain('hang-up');
  });

  it('a tool that ends the call without a word gets a farewell first', () => {
    const stage = new Stage().talking();
    stage.give({ type: 'reply-created', responseId: 'r1', asked: false });
    stage.give({ type: 'tool-started' });
    stage.give({ type: 'tool-finished', endsCall: true });
    stage.give({
      type: 'reply-done',
      responseId: 'r1',
      status: 'completed',
      calledTool: true,
      hadAudio: false,
    });
    expect(stage.asked().join()).toContain('Despeça-se');
    stage.reply('bye', 1_500);
    stage.wait(1_400);
    expect(stage.types()).not.toContain('hang-up');
    stage.wait(600);
    expect(stage.commands.at(-1)?.command).toEqual({ type: 'hang-up', reason: 'agent-goodbye' });
  });

  it('speech over the agent’s last word that the model answers with the end still ends the call', () => {
    const stage = new Stage().talking();
    stage.give({ type: 'reply-created', responseId: 'r1', asked: false });
    stage.give({ type: 'reply-audio', responseId: 'r1' });
    stage.playingUntilMs = stage.nowMs + 100;
    stage.give({
      type: 'reply-done',
      responseId: 'r1',
      status: 'completed',
      calledTool: false,
      hadAudio: true,
    });
    stage.give({ type: 'caller-speech-started', itemId: 'c1' });
    stage.wait(300);
    stage.give({ type: 'caller-speech-stopped', speechMs: 300 });
    stage.give({ type: 'reply-created', responseId: 'r2', asked: false });
    stage.give({ type: 'tool-started' });
    stage.give({ type: 'tool-finished', endsCall: false, transfers: true });
    stage.give({
      type: 'reply-done',
      responseId: 'r2',
      status: 'completed',
      calledTool: true,
      hadAudio: false,
    });
    stage.give({ type: 'caller-words', text: 'Sim, por favor', final: true });
    expect(stage.asked().join()).toContain('vai passar a ligação');
    stage.reply('r3', 1_000);
    stage.wait(1_500);
    expect(stage.commands.at(-1)?.command).toEqual({ type: 'hang-up', reason: 'transferred' });
  });

  it('speech during the goodbye keeps the call', () => {
    const stage = new Stage().talking();
    stage.give({ type: 'reply-created', responseId: 'r1', asked: false });
    stage.give({ type: 'reply-audio', responseId: 'r1' });
    stage.playingUntilMs = stage.nowMs + 3_000;
    stage.give({ type: 'tool-started' });
    stage.give({ type: 'tool-finished', endsCall: true });
    stage.give({
      type: 'reply-done',
      responseId: 'r1',
      status: 'completed',
      calledTool: true,
      hadAudio: true,
    });
    stage.wait(500);
    stage.give({ type: 'caller-speech-started', itemId: 'c1' });
    stage.give({ type: 'caller-words', text: 'Ah, mais uma coisa', final: false });
    stage.wait(1_000);
    stage.give({ type: 'caller-speech-stopped', speechMs: 900 });
    stage.reply('r2', 1_000, false);
    stage.wait(5_000);
    expect(stage.types()).not.toContain('hang-up');
    expect(stage.turn.phase).toBe('talking');
  });

  it('the absolute cap ends the call with a goodbye even when the model is silent', () => {
    const stage = new Stage({
      maxCallMs: 30_000,
      silenceLadderMs: [60_000, 60_000, 60_000],
    }).talking();
    stage.wait(50_000);
    const end = stage.commands.at(-1);
    expect(end?.command).toEqual({ type: 'hang-up', reason: 'time-limit' });
    expect(end?.atMs).toBeLessThan(38_000);
    expect(stage.types()).toContain('play-prompt');
  });
});

describe('whatever happens', () => {
  const event: fc.Arbitrary<TurnEvent> = fc.oneof(
    fc.constantFrom<TurnEvent>(
      { type: 'tick' },
      { type: 'tick' },
      { type: 'tick' },
      { type: 'caller-speech-started', itemId: 'c' },
      { type: 'entry-typed' },
      { type: 'correction-wanted', text: 'Desculpe, me enganei.' },
      {
        type: 'sentence-due',
        sentence: { prompt: 'emergencia-heart', isProtected: true, givesFloor: true },
        atOnce: true,
      },
      {
        type: 'sentence-due',
        sentence: { prompt: 'gravacao-notice', isProtected: true, givesFloor: false },
        atOnce: false,
      },
      { type: 'reply-refused' },
      { type: 'tool-started' },
      { type: 'tool-finished', endsCall: false },
      { type: 'tool-finished', endsCall: true },
      { type: 'model-lost' },
      { type: 'model-restored' },
    ),
    fc.record({
      type: fc.constant('caller-speech-stopped' as const),
      speechMs: fc.integer({ min: 0, max: 3_000 }),
    }),
    fc.record({
      type: fc.constant('caller-words' as const),
      text: fc.constantFrom('', 'aham', 'espera'),
      final: fc.boolean(),
    }),
    fc.record({
      type: fc.constant('reply-created' as const),
      responseId: fc.constantFrom('a', 'b', 'c'),
      asked: fc.boolean(),
    }),
    fc.record({
      type: fc.constant('reply-audio' as const),
      responseId: fc.constantFrom('a', 'b', 'c'),
    }),
    fc.record({
      type: fc.constant('reply-done' as const),
      responseId: fc.constantFrom('a', 'b', 'c'),
      status: fc.constantFrom('completed' as const, 'cancelled' as const, 'failed' as const),
      calledTool: fc.boolean(),
      hadAudio: fc.boolean(),
    }),
  );
  const script = fc.array(fc.tuple(event, fc.integer({ min: 0, max: 2_500 })), { maxLength: 120 });

  it('no second reply is asked for while one is at the model, and never while the caller speaks', () => {
    fc.assert(
      fc.property(script, (steps) => {
        const stage = new Stage();
        stage.give({ type: 'model-restored' });
        stage.give({ type: 'stream-started' });
        for (const [one, waitMs] of steps) {
          const before = stage.turn;
          const commands = stage.give(one);
          const asks = commands.filter(({ type }) => type === 'ask-reply').length;
          expect(asks).toBeLessThanOrEqual(1);
          if (asks > 0) {
            expect(stage.turn.callerSpeaking).toBe(false);
            expect(stage.turn.toolsRunning).toBe(0);
            const wasBusy =
              before.reply !== undefined &&
              one.type !== 'reply-done' &&
              one.type !== 'reply-refused';
            const freed =
              one.type === 'tick' || one.type === 'model-lost' || one.type === 'model-restored';
            expect(wasBusy && !freed).toBe(false);
          }
          stage.nowMs += waitMs;
        }
      }),
    );
  });

  it('a protected sentence is silenced by nothing but one that is said at once', () => {
    const sentence = { prompt: 'emergencia-heart', isProtected: true, givesFloor: true } as const;
    const due: TurnEvent = { type: 'sentence-due', sentence, atOnce: true };
    const often = fc.oneof(fc.constant(due), event, event, event);
    const quick = fc.array(fc.tuple(often, fc.integer({ min: 0, max: 600 })), {
      minLength: 20,
      maxLength: 60,
    });
    fc.assert(
      fc.property(quick, (steps) => {
        const stage = new Stage();
        stage.give({ type: 'model-restored' });
        stage.give({ type: 'stream-started' });
        for (const [one, waitMs] of steps) {
          const before = stage.turn.sentence;
          const commands = stage.give(one);
          if (before && one.type !== 'sentence-due')
            expect(commands.map(({ type }) => type)).not.toContain('silence-agent');
          stage.nowMs += waitMs;
        }
      }),
    );
  });

  it('the call always comes to an end, and nothing is commanded after it', () => {
    fc.assert(
      fc.property(script, (steps) => {
        const stage = new Stage({ maxCallMs: 60_000 });
        stage.give({ type: 'model-restored' });
        stage.give({ type: 'stream-started' });
        for (const [one, waitMs] of steps) {
          stage.give(one);
          stage.nowMs += waitMs;
        }
        stage.wait(90_000);
        expect(stage.turn.phase).toBe('over');
        const ends = stage
          .types()
          .filter((type) => type === 'hang-up' || type === 'leave-to-fallback');
        expect(ends).toHaveLength(1);
        expect(['hang-up', 'leave-to-fallback']).toContain(stage.types().at(-1));
      }),
    );
  });
});
