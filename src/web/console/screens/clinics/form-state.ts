import type { NewClinicForm } from '../../../../console/clinic-list-view.ts';
import type { HoursLine, WeekdayName } from '../../../../console/clinic-view.ts';

export type DayGroup = 'weekdays' | 'saturday' | 'sunday';

export interface OpenHours {
  isOpen: boolean;
  from: string;
  to: string;
}

/** What the form holds while it is filled in; numbers as they are typed. */
export interface FormState
  extends Omit<NewClinicForm, 'numbers' | 'openingHours' | 'practitioner' | 'service'> {
  number: string;
  otherNumber: string;
  hours: Record<DayGroup, OpenHours>;
  practitioner: Omit<NewClinicForm['practitioner'], 'durationMinutes' | 'consultationReais'> & {
    duration: string;
    consultation: string;
  };
  hasService: boolean;
  serviceName: string;
  servicePrice: string;
  /** Somebody wrote the id themselves: it does not follow the name any more. */
  hasOwnId: boolean;
}

export const emptyForm: FormState = {
  ...{ id: '', name: '', address: '', city: '', state: 'CE', timeZone: 'America/Fortaleza' },
  ...{ number: '', otherNumber: '', whatsapp: '', reception: '' },
  hours: {
    weekdays: { isOpen: true, from: '08:00', to: '18:00' },
    saturday: { isOpen: false, from: '08:00', to: '12:00' },
    sunday: { isOpen: false, from: '08:00', to: '12:00' },
  },
  practitioner: {
    ...{ title: '', name: '', specialty: '', from: '08:00', to: '12:00' },
    days: ['mon', 'tue', 'wed', 'thu', 'fri'],
    duration: '30',
    consultation: '',
  },
  ...{ hasService: false, serviceName: '', servicePrice: '', hasOwnId: false },
};

/** The name as an id: `Clínica Vida Nova` → `clinica-vida-nova`. */
export function idFrom(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
}

const daysOf: Record<DayGroup, WeekdayName[]> = {
  weekdays: ['mon', 'tue', 'wed', 'thu', 'fri'],
  saturday: ['sat'],
  sunday: ['sun'],
};
const groups: readonly DayGroup[] = ['weekdays', 'saturday', 'sunday'];

export function toForm(state: FormState): NewClinicForm {
  const { id, name, address, city, timeZone, whatsapp, reception } = state;
  const { duration, consultation, ...practitioner } = state.practitioner;
  return {
    ...{ id, name, address, city, state: state.state, timeZone, whatsapp, reception },
    numbers: [state.number, state.otherNumber],
    openingHours: groups.flatMap((group): HoursLine[] => {
      const { isOpen, from, to } = state.hours[group];
      return isOpen ? [{ days: daysOf[group], from, to }] : [];
    }),
    practitioner: {
      ...practitioner,
      // What is no number is 0, which the check refuses; what is empty is the clinic's usual length.
      durationMinutes: duration.trim() === '' ? null : (amountIn(duration) ?? 0),
      consultationReais: amountIn(consultation),
    },
    service: state.hasService
      ? { name: state.serviceName, priceReais: amountIn(state.servicePrice) }
      : null,
  };
}

/** `79,90` and `79.9`; nothing of what is no number: the check then says that it is missing. */
function amountIn(typed: string): number | null {
  const plain = typed
    .trim()
    .replace(/^R\$\s*/, '')
    .replace(',', '.');
  return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : null;
}

export const zones: readonly string[] = [
  'America/Fortaleza',
  'America/Sao_Paulo',
  'America/Bahia',
  'America/Recife',
  'America/Maceio',
  'America/Belem',
  'America/Araguaina',
  'America/Manaus',
  'America/Cuiaba',
  'America/Campo_Grande',
  'America/Porto_Velho',
  'America/Boa_Vista',
  'America/Santarem',
  'America/Rio_Branco',
  'America/Eirunepe',
  'America/Noronha',
];

export const states: readonly string[] =
  'AC AL AP AM BA CE DF ES GO MA MT MS MG PA PB PR PE PI RJ RN RS RO RR SC SP SE TO'.split(' ');
