import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallTranscript, splitAt } from '../../src/call/call-transcript.ts';

/** An agent line received whole; heard from `fromMs` for `heardMs`. */
function agentLine(
  transcript: CallTranscript,
  line: { id: string; text: string; ms: number; fromMs?: number; heardMs?: number },
): void {
  transcript.agentText(line.id, line.text);
  transcript.agentReceived(line.id, line.ms);
  if (line.fromMs !== undefined) {
    transcript.agentHeard(line.id, line.fromMs, line.heardMs ?? line.ms);
  }
}

const brief = (transcript: CallTranscript) =>
  transcript.lines().map(({ speaker, text }) => `${speaker}: ${text}`);

describe('who said what', () => {
  it('stands in the order spoken, not in the order recognised', () => {
    const transcript = new CallTranscript();
    agentLine(transcript, { id: 'a1', text: 'Olá!', ms: 500, fromMs: 0 });
    transcript.callerStarted('c1', 900);
    transcript.callerStopped('c1', 1_500);
    agentLine(transcript, { id: 'a2', text: 'Às oito.', ms: 700, fromMs: 2_000 });
    transcript.callerSaid('c1', ' Que horas abre? ', 3_000);
    expect(transcript.lines()).toEqual([
      { speaker: 'agent', text: 'Olá!', startMs: 0, endMs: 500, source: 'speech', itemId: 'a1' },
      {
        speaker: 'caller',
        text: 'Que horas abre?',
        startMs: 900,
        endMs: 1_500,
        source: 'speech',
        itemId: 'c1',
      },
      {
        speaker: 'agent',
        text: 'Às oito.',
        startMs: 2_000,
        endMs: 2_700,
        source: 'speech',
        itemId: 'a2',
      },
    ]);
  });

  it('leaves out what nobody heard and what nobody understood', () => {
    const transcript = new CallTranscript();
    agentLine(transcript, { id: 'a1', text: 'Nunca ouvida.', ms: 500 });
    transcript.callerStarted('c1', 100);
    transcript.callerStopped('c1', 300);
    expect(transcript.lines()).toEqual([]);
  });

  it('forgets a noise, but no line of the agent by that name', () => {
    const transcript = new CallTranscript();
    transcript.callerStarted('c1', 100);
    transcript.callerSaid('c1', 'hm', 200);
    agentLine(transcript, { id: 'a1', text: 'Olá!', ms: 500, fromMs: 0 });
    transcript.forgetCaller('c1');
    transcript.forgetCaller('a1');
    expect(brief(transcript)).toEqual(['agent: Olá!']);
  });

  it('an end that comes before its beginning does not turn time round', () => {
    const transcript = new CallTranscript();
    transcript.callerStarted('c1', 900);
    transcript.callerStopped('c1', 400);
    transcript.callerSaid('c1', 'Oi', 1_000);
    expect(transcript.lines()[0]).toMatchObject({ startMs: 900, endMs: 900 });
  });

  it('keeps typed digits and shipped prompts apart from speech', () => {
    const transcript = new CallTranscript();
    transcript.agentText('prompt:0', 'Um momento.', 'prompt');
    transcript.agentReceived('prompt:0', 600, 'prompt');
    transcript.agentHeard('prompt:0', 0, 600);
    transcript.callerTyped('123', 700);
    transcript.callerTyped('456', 800);
    expect(transcript.lines().map(({ source, text }) => [source, text])).toEqual([
      ['prompt', 'Um momento.'],
      ['keypad', '123'],
      ['keypad', '456'],
    ]);
  });

  it('is bounded', () => {
    const transcript = new CallTranscript();
    for (let i = 0; i < 2_500; i++) transcript.callerTyped(`${i}`, i);
    transcript.callerSaid('one more', 'Oi', 3_000);
    transcript.agentText('another', 'Olá');
    transcript.agentReceived('another', 100);
    transcript.agentHeard('another', 3_000, 100);
    expect(transcript.lines()).toHaveLength(2_000);
  });
});

describe('an interrupted line', () => {
  const words = 'um dois três quatro cinco seis sete oito nove dez';

  it('holds what was heard, cut between two words, and apart from it the rest', () => {
    const transcript = new CallTranscript();
    agentLine(transcript, { id: 'a1', text: words, ms: 1_000, fromMs: 100, heardMs: 500 });
    transcript.agentCut('a1');
    const [line] = transcript.lines();
    expect(line).toMatchObject({ interrupted: true, startMs: 100, endMs: 600 });
    expect(`${line?.text} ${line?.unheardText}`).toBe(words);
    expect(line?.text).toBe('um dois três quatro cinco');
  });

  it('cut where it ended is not shortened', () => {
    const transcript = new CallTranscript();
    agentLine(transcript, { id: 'a1', text: words, ms: 1_000, fromMs: 0 });
    transcript.agentCut('a1');
    expect(transcript.lines()[0]).toMatchObject({ text: words, interrupted: true });
    expect(transcript.lines()[0]).not.toHaveProperty('unheardText');
  });

  it('that was resumed is whole again', () => {
    const transcript = new CallTranscript();
    agentLine(transcript, { id: 'a1', text: words, ms: 1_000, fromMs: 0, heardMs: 400 });
    transcript.agentCut('a1');
    expect(transcript.agentHeardMs('a1')).toBe(400);
    transcript.agentResumed('a1');
    transcript.agentHeard('a1', 900, 600);
    const [line] = transcript.lines();
    expect(line).toMatchObject({ text: words, startMs: 0, endMs: 1_500 });
    expect(line).not.toHaveProperty('interrupted');
    expect(transcript.agentWords('a1', 400)).toBe('cinco seis sete oito nove dez');
  });

  it('still being played is told whole to a new session, an interrupted one as heard', () => {
    const transcript = new CallTranscript();
    agentLine(transcript, { id: 'a1', text: words, ms: 1_000, fromMs: 0, heardMs: 500 });
    transcript.agentCut('a1');
    agentLine(transcript, {
      id: 'a2',
      text: 'Está a caminho.',
      ms: 800,
      fromMs: 900,
      heardMs: 100,
    });
    agentLine(transcript, { id: 'a3', text: 'E isto depois.', ms: 800 });
    expect(transcript.linesWithUnheard().map(({ text }) => text)).toEqual([
      'um dois três quatro cinco',
      'Está a caminho.',
      'E isto depois.',
    ]);
    expect(transcript.lines()[1]?.text).not.toBe('Está a caminho.');
  });

  it('of which nothing was heard tells nothing to a new session', () => {
    const transcript = new CallTranscript();
    agentLine(transcript, { id: 'a1', text: words, ms: 1_000 });
    transcript.agentCut('a1');
    expect(transcript.linesWithUnheard()).toEqual([]);
  });
});

describe('a text split where it was left', () => {
  it('keeps every character, and breaks no word', () => {
    const text = fc.array(fc.string({ minLength: 1, maxLength: 8 }), { maxLength: 20 });
    fc.assert(
      fc.property(text, fc.double({ min: -1, max: 2, noNaN: true }), (parts, fraction) => {
        const whole = parts.map((part) => part.replace(/\s/g, '_')).join(' ');
        const [heard, unheard] = splitAt(whole, fraction);
        expect(heard + unheard).toBe(whole);
        expect(heard.length).toBeLessThanOrEqual(Math.max(0, Math.round(whole.length * fraction)));
        const brokeWord =
          heard !== '' && unheard !== '' && /\S$/.test(heard) && /^\S/.test(unheard);
        expect(brokeWord).toBe(false);
      }),
    );
  });

  it('grows with what was heard', () => {
    const whole = 'A clínica abre às oito da manhã e fecha às seis da tarde.';
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (a, b) => {
          const [less, more] = a < b ? [a, b] : [b, a];
          expect(splitAt(whole, less)[0].length).toBeLessThanOrEqual(
            splitAt(whole, more)[0].length,
          );
        },
      ),
    );
  });
});
