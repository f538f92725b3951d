import type { Temporal } from 'temporal-polyfill';
import type { ClinicProfile } from './clinic-profile.ts';
import { findTransfer, type TransferClinic } from './transfer-destination.ts';
import { attendanceOf } from './transfer-hours.ts';
import type { TransferDestination } from './transfer-setting.ts';

/** What a caller who cannot be put through may choose instead. */
export type TransferAlternative = 'message' | 'call-back' | 'try-again';

/** `say` is Portuguese, spoken or sent as it is. */
export type TransferPlan =
  | { outcome: 'dial'; destination: TransferDestination; say: string }
  | {
      outcome: 'closed';
      destination: TransferDestination;
      say: string;
      alternatives: TransferAlternative[];
    }
  | {
      outcome: 'ambiguous' | 'unknown' | 'number-refused';
      /** Names the caller may choose from. */
      options: string[];
      say: string;
    };

type Clinic = TransferClinic &
  Pick<ClinicProfile, 'openingHours' | 'state' | 'holidays' | 'exceptions'>;

/** Options named in one sentence: nobody remembers more on the telephone. */
const mostNamed = 3;

/** What becomes of a wish to speak with somebody. @param now on the clinic's wall clock */
export function planTransfer(
  words: string,
  clinic: Clinic,
  now: Temporal.ZonedDateTime,
): TransferPlan {
  const found = findTransfer(words, clinic);
  if (found.outcome !== 'found') {
    const options = found.options.map(({ name }) => name);
    return { outcome: found.outcome, options, say: choiceText(found.outcome, options) };
  }
  const { destination } = found;
  const attendance = attendanceOf(destination, clinic, now);
  if (attendance.open)
    return {
      outcome: 'dial',
      destination,
      say: `Vou passar a ligação: ${destination.name}. Um momento.`,
    };
  const opens = attendance.opens ? ` O atendimento volta ${attendance.opens}.` : '';
  return {
    outcome: 'closed',
    destination,
    say: `${destination.name}: não há atendimento agora.${opens} ${alternativesText(['message', 'call-back'])}`,
    alternatives: ['message', 'call-back'],
  };
}

/** One question that offers what is left. */
export function alternativesText(alternatives: readonly TransferAlternative[]): string {
  const offers = alternatives.map((one) => alternativeTexts[one]);
  const last = offers.at(-1) ?? alternativeTexts.message;
  const before = offers.slice(0, -1).join(', ');
  return `Posso ${before ? `${before} ou ${last}` : last}. O que prefere?`;
}

const alternativeTexts: Record<TransferAlternative, string> = {
  'try-again': 'tentar de novo',
  message: 'anotar um recado',
  'call-back': 'pedir que liguem de volta',
};

function choiceText(
  outcome: 'ambiguous' | 'unknown' | 'number-refused',
  options: readonly string[],
): string {
  if (options.length === 0)
    return `Não tenho com quem passar a ligação. ${alternativesText(['message'])}`;
  const names = options.slice(0, mostNamed).join(', ');
  if (outcome === 'ambiguous') return `Com quem você quer falar: ${names}?`;
  const why =
    outcome === 'number-refused'
      ? 'Só posso passar a ligação para os setores da clínica'
      : 'Não encontrei esse setor. Posso passar a ligação para';
  return `${why}: ${names}. Qual deles?`;
}
