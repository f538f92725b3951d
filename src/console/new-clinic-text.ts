import { stringify } from 'yaml';
import { parsePhone } from '../agent/language/phone-words.ts';
import type { NewClinicForm } from './clinic-list-view.ts';

const head = '# Criada no console. Cada campo está explicado em docs/clinic-file.md.\n';

/** Pure: the file of a clinic that begins. What was left empty and is needed stays empty: the file's own check says so. */
export function newClinicText(form: NewClinicForm): string {
  const { practitioner, service } = form;
  const schedule = {
    kind: 'weekly',
    days: practitioner.days,
    at: practitioner.from,
    until: practitioner.to,
    byAppointedTime: true,
  };
  const who = slugOf(practitioner.name, 'profissional');
  const file = {
    id: form.id.trim(),
    name: form.name.trim(),
    timeZone: form.timeZone,
    ...filled('address', form.address),
    ...filled('city', form.city),
    ...filled('state', form.state),
    numbers: form.numbers.filter((one) => one.trim() !== '').map(e164Of),
    ...filled('whatsapp', e164Of(form.whatsapp)),
    ...filled('reception', e164Of(form.reception)),
    openingHours: form.openingHours,
    practitioners: [
      {
        id: who,
        name: practitioner.name.trim(),
        ...filled('title', practitioner.title),
        specialties: [practitioner.specialty.trim()],
        schedules: [schedule],
        consultations: [
          {
            id: 'consulta',
            name: 'Consulta',
            ...given('priceReais', practitioner.consultationReais),
            ...given('durationMinutes', practitioner.durationMinutes),
          },
        ],
      },
    ],
    ...(service && {
      services: [
        {
          id: slugOf(service.name, 'exame'),
          name: service.name.trim(),
          schedules: [{ ...schedule, practitioner: who }],
          offers: [{ practitioner: who, ...given('priceReais', service.priceReais) }],
        },
      ],
    }),
  };
  return head + stringify(file, { lineWidth: 100 });
}

/** As people write it, `(88) 3543-0000`; what is no number is left as it was written. */
function e164Of(typed: string): string {
  const number = typed.trim();
  if (number === '' || /^\+\d+$/.test(number)) return number;
  const read = parsePhone(number);
  return read.kind === 'phone' ? read.e164 : number;
}

function filled(name: string, value: string): Record<string, string> {
  return value.trim() === '' ? {} : { [name]: value.trim() };
}

function given(name: string, value: number | null): Record<string, number> {
  return value === null ? {} : { [name]: value };
}

/** `Ana Júlia Souza` → `ana-julia-souza`. */
function slugOf(name: string, otherwise: string): string {
  const slug = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return slug.length < 2 ? otherwise : slug;
}
