import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { createPatient, type PatientLine, type PatientOptions } from './patient.ts';
import {
  bookingScript,
  examScript,
  messageScript,
  type PatientScript,
  personScript,
  pixScript,
  resultsScript,
} from './patient-scripts.ts';

const scripts: Readonly<Record<string, PatientScript>> = {
  'consulta-pix': pixScript,
  'consulta-interrompe': bookingScript,
  exame: examScript,
  resultado: resultsScript,
  recado: messageScript,
  pessoa: personScript,
};

/** People who may be played over a line that is already open, like a softphone. */
export interface PlayedPatients {
  /** What each says first. */
  list: { id: string; says: string }[];
  /** μ-law of the text in a patient's voice; the sandbox's model will know its words. */
  speak(text: string): Promise<Buffer>;
  /** @returns false when there is no such patient */
  play(id: string, line: PatientLine): boolean;
}

export function createPlayedPatients(
  parts: Pick<PatientOptions, 'synthesiser' | 'phrasebook'> & { clock: Clock; log: Log },
): PlayedPatients {
  const { synthesiser, phrasebook, log } = parts;
  return {
    list: Object.entries(scripts).map(([id, script]) => ({ id, says: firstLine(script) })),
    async speak(text) {
      const ulaw = await synthesiser.speak(text, 'patient');
      phrasebook.learn(text, ulaw);
      return ulaw;
    },
    play(id, line) {
      const script = Object.hasOwn(scripts, id) ? scripts[id] : undefined;
      if (!script) return false;
      const { done } = createPatient({ ...parts, call: line, script });
      done.catch((err) => log.warn({ err }, 'sandbox patient failed'));
      return true;
    },
  };
}

function firstLine(script: PatientScript): string {
  for (const step of script) if ('say' in step && typeof step.say === 'string') return step.say;
  return '';
}
