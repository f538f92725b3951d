import type { ClinicProfile } from '../agent/clinic-profile.ts';
import type { OptOutStore } from '../agent/opt-out-store.ts';
import type { DialHours } from './dial-hours.ts';
import { checkDialNumber, type DialRules } from './dial-number.ts';
import { nextDialMs, sayDialTime, zonesOfNumber } from './quiet-hours.ts';

/** For a clinic that left its file since the dial was accepted. */
const usualZone = 'America/Sao_Paulo';

export interface DialRefusal {
  httpStatus: number;
  code: string;
  /** pt-BR. */
  message: string;
  /** Seconds after which the same may be asked again. */
  retryAfterS?: number;
  /** When this person may be rung next, epoch ms. */
  nextAllowedMs?: number;
}

export interface DialPermissionParts {
  rules: Omit<DialRules, 'ownNumbers'>;
  hours: DialHours;
  optOuts: Pick<OptOutStore, 'has'>;
  /** Of a date `YYYY-MM-DD`, in the whole country. */
  isHoliday: (date: string) => boolean;
  /** Their numbers are our own; numbers abroad keep their hours. */
  clinics: readonly Pick<ClinicProfile, 'id' | 'numbers' | 'timeZone'>[];
  /** The number that calls out, if there is one. */
  callerNumber: string | undefined;
}

/** Why this person may not be rung at this moment, whoever asks; nothing when they may. */
export type DialPermission = (
  wish: { to: unknown; clinicId: string },
  nowMs: number,
) => DialRefusal | undefined;

export function createDialPermission(parts: DialPermissionParts): DialPermission {
  const { clinics, callerNumber = '', optOuts, rules } = parts;
  return (wish, nowMs) => {
    const ownNumbers = [...clinics.flatMap(({ numbers }) => numbers), callerNumber];
    const number = checkDialNumber(wish.to, { ...rules, ownNumbers });
    if (!number.ok) return { httpStatus: 422, code: number.code, message: number.message };
    if (optOuts.has(number.e164)) {
      const message = 'Esta pessoa pediu para não receber ligações nem mensagens.';
      return { httpStatus: 422, code: 'opted-out', message };
    }
    const zone = clinics.find(({ id }) => id === wish.clinicId)?.timeZone ?? usualZone;
    return quietHours(number.e164, zone, nowMs, parts);
  };
}

function quietHours(
  e164: string,
  clinicZone: string,
  nowMs: number,
  { hours, isHoliday }: DialPermissionParts,
): DialRefusal | undefined {
  const zones = zonesOfNumber(e164, clinicZone);
  const nextMs = nextDialMs(nowMs, zones, hours, isHoliday);
  if (nextMs === nowMs) return undefined;
  const refusal = { httpStatus: 422, code: 'quiet-hours' };
  if (nextMs === undefined)
    return { ...refusal, message: 'Não há horário em que esta pessoa possa ser chamada.' };
  const when = sayDialTime(nextMs, zones[0] ?? clinicZone);
  return {
    ...refusal,
    message: `Fora do horário permitido para ligar para esta pessoa. O próximo começa em ${when} (hora de lá).`,
    nextAllowedMs: nextMs,
  };
}
