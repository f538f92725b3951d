import { describe, expect, it } from 'vitest';
import type { SpeechWatch } from '../../src/agent/speech-watch.ts';
import type { CallFact } from '../../src/call/call-event.ts';
import { CallTranscript } from '../../src/call/call-transcript.ts';
import { SpokenWords } from '../../src/call/spoken-words.ts';

/** A watch that takes every “marcado” for a lie and every “segunda” for the read-back of one appointment. */
function stage() {
  const transcript = new CallTranscript();
  const facts: CallFact[] = [];
  const corrected: string[] = [];
  const readBacks: [string, number][] = [];
  const said: string[] = [];
  const heardByWatch: { text: string; wholeHeard: boolean }[] = [];
  const watch: SpeechWatch = {
    agentSaid: (text) =>
      text.includes('marcado') ? { claim: 'booked', correction: 'Desculpe.' } : undefined,
    agentIsSaying: (text) => said.push(text),
    agentCutOff: () => undefined,
    agentHeard: (line) => {
      heardByWatch.push({ text: line.text, wholeHeard: line.wholeHeard });
      return line.wholeHeard && line.text.includes('segunda') ? { readBackOf: 'a1' } : undefined;
    },
    closing: () => ({ protocol: '12345678', summary: 'Nada.' }),
  };
  const words = new SpokenWords({
    watch,
    transcript,
    journal: () => undefined,
    metrics: { count: () => undefined },
    tell: (fact) => facts.push(fact),
    keepReadBack: (id, endMs) => readBacks.push([id, endMs]),
    agentHeard: () => undefined,
    correct: (text) => corrected.push(text),
    nowMs: () => 5_000,
  });
  const say = (itemId: string, text: string, heardShare: number) => {
    transcript.agentText(itemId, text);
    transcript.agentReceived(itemId, 1_000);
    transcript.agentHeard(itemId, 2_000, 1_000 * heardShare);
    if (heardShare < 1) transcript.agentCut(itemId);
  };
  return { words, facts, corrected, readBacks, heardByWatch, said, say };
}

describe('the words of the agent', () => {
  it('are judged when the reply is done, as a whole', () => {
    const { words, corrected, facts } = stage();
    words.replyText('r1', 'Está mar');
    words.replyText('r1', 'cado.');
    expect(corrected).toEqual([]);
    words.replyDone('r1');
    expect(corrected).toEqual(['Desculpe.']);
    expect(facts).toEqual([{ type: 'promise-broken', claim: 'booked' }]);
    words.replyDone('r1');
    expect(corrected).toHaveLength(1);
  });

  it('said before a tool is called are known to it', () => {
    const { words, said } = stage();
    words.replyText('r1', 'Até logo!');
    words.toolStarted();
    expect(said).toEqual(['Até logo!']);
  });

  it('said while a tool works are judged when it has answered', () => {
    const { words, corrected } = stage();
    words.toolStarted();
    words.toolStarted();
    words.replyText('r1', 'Está marcado.');
    words.replyDone('r1');
    words.toolFinished();
    expect(corrected).toEqual([]);
    words.toolFinished();
    expect(corrected).toEqual(['Desculpe.']);
  });

  it('heard to their end can be a read-back; cut ones are given as what was heard', () => {
    const { words, readBacks, heardByWatch, facts, say } = stage();
    say('i1', 'Sua consulta é segunda às duas', 0.5);
    words.heard(['i1']);
    expect(heardByWatch).toEqual([{ text: 'Sua consulta é', wholeHeard: false }]);
    expect(readBacks).toEqual([]);
    say('i2', 'Sua consulta é segunda às duas', 1);
    words.heard(['i2']);
    expect(readBacks).toEqual([['a1', 3_000]]);
    expect(facts.at(-1)).toEqual({ type: 'read-back-heard', appointmentId: 'a1' });
  });
});
