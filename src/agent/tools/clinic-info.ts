import type { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { holidayOn } from '../clinic-calendar.ts';
import type { ClinicProfile } from '../clinic-profile.ts';
import type { FrontDesk } from '../front-desk.ts';
import { openingState } from '../opening-hours.ts';
import { weekdaysPhrase } from '../slot-days.ts';
import { clinicTime } from '../spoken-portuguese.ts';
import { defineTool, type Tool } from '../tool.ts';
import { methodList } from '../visit-summary.ts';
import { capitalised, listed, type Wording, wordingFor } from '../visit-words.ts';

/** Address, hours and house rules, from the clinic's file alone. */
export function createClinicInfo({ agenda }: FrontDesk): Tool {
  return defineTool({
    name: 'clinic_info',
    description:
      'Endereço, horário de funcionamento, telefone, formas de pagamento, convênios e regras da clínica.',
    schema: z.strictObject({}),
    run(_, context) {
      const { clinic } = agenda;
      const wording = wordingFor(context);
      const now = clinicTime(context.clock.wallMs(), clinic.timeZone);
      const facts = factsOf(clinic, wording, openNow(agenda, now));
      const message = messageOf(clinic.name, facts);
      return { outcome: 'ok', output: { ok: true, message, ...facts } };
    },
  });
}

export interface ClinicFacts {
  address?: string;
  hours?: string;
  openNow?: string;
  phone?: string;
  payment?: string;
  plans?: string;
  policies?: string;
}

/** Each fact as words; what the file does not say is left out. */
export function factsOf(
  clinic: ClinicProfile,
  wording: Wording,
  open: string | undefined,
): ClinicFacts {
  const { address, city, state, numbers, reception, payment, acceptedPlans, policies } = clinic;
  const hours = hoursText(clinic, wording);
  const phone = reception ?? numbers[0];
  return {
    ...(address
      ? { address: wording.address([address, city, state].filter(Boolean).join(', ')) }
      : {}),
    ...(hours ? { hours } : {}),
    ...(open ? { openNow: open } : {}),
    ...(phone ? { phone: wording.phone(phone) } : {}),
    ...(payment ? { payment: methodList(clinic) } : {}),
    ...(acceptedPlans.length > 0 ? { plans: listed(acceptedPlans) } : {}),
    ...(policies.length > 0 ? { policies: policies.join('; ') } : {}),
  };
}

function messageOf(name: string, facts: ClinicFacts): string {
  const { address, hours, openNow, phone, payment, plans, policies } = facts;
  return [
    address ? `A ${name} fica em ${address}.` : '',
    hours ? `Funciona ${hours}.` : '',
    openNow ?? '',
    phone ? `O telefone é ${phone}.` : '',
    payment ? `O pagamento pode ser em ${payment}.` : '',
    plans ? `Convênios aceitos: ${plans}.` : '',
    policies ? `${capitalised(policies)}.` : '',
  ]
    .filter(Boolean)
    .join(' ');
}

function hoursText({ openingHours }: ClinicProfile, wording: Wording): string {
  return openingHours
    .map(({ days, from, to }) => `${weekdaysPhrase(days)}, ${wording.between(from, to)}`)
    .join('; ');
}

/** Weekly hours, unless today is unlike its weekday. */
function openNow({ clinic, calendar }: FrontDesk['agenda'], now: Temporal.ZonedDateTime) {
  const today = now.toPlainDate().toString();
  const holiday = holidayOn(clinic, today);
  if (holiday) return `Hoje é feriado, ${holiday.name}, e a clínica está fechada.`;
  const special = calendar.special?.get(today);
  if (special?.length === 0) return 'Hoje a clínica está fechada.';
  const time = now.toPlainTime().toString({ smallestUnit: 'minute' });
  if (!special) return openingState(clinic, now);
  const isOpen = special.some(({ from, to }) => from <= time && time < to);
  return isOpen ? 'A clínica está aberta agora.' : 'A clínica está fechada agora.';
}
