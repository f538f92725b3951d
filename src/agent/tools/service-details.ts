import { z } from 'zod';
import { wallTimeOf } from '../../scheduling/wall-time.ts';
import type { Bookable } from '../clinic-agenda.ts';
import type { ClinicProfile } from '../clinic-profile.ts';
import type { FrontDesk } from '../front-desk.ts';
import { daysText } from '../slot-days.ts';
import { anyTime, searchSlots } from '../slot-search.ts';
import { defineTool, refused, type Tool, type ToolContext } from '../tool.ts';
import { chooseService } from '../visit-choice.ts';
import { instructionTexts } from '../visit-summary.ts';
import { capitalised, visitMoment, type Wording, wordingFor } from '../visit-words.ts';

const schema = z.strictObject({
  service: z.string().min(1).max(200).describe('Consulta ou exame, nas palavras da pessoa.'),
  practitioner: z.string().max(200).optional().describe('Profissional, só se a pessoa disse um.'),
});

/** Services told at once; more is a list nobody remembers. */
const mostServices = 5;

/** Price, days, preparation and what to bring, from the clinic's file; the next day is one that really is free. */
export function createServiceDetails(desk: FrontDesk): Tool {
  return defineTool({
    name: 'service_details',
    description:
      'Preço, dias de atendimento, preparo e o que levar de uma consulta ou exame, e quem faz.',
    schema,
    async run(args, context) {
      const choice = chooseService(desk.agenda, args);
      if ('refusal' in choice) return refused(choice.refusal);
      const wording = wordingFor(context);
      const services = [];
      for (const bookable of choice.bookables.slice(0, mostServices)) {
        services.push(await detailsOf(bookable, desk, context, wording));
      }
      const said = services.map((one) => one.spoken).join(' ');
      const message = [choice.remark, said].filter(Boolean).join(' ');
      const told = services.map(({ details }) => details);
      return { outcome: 'ok', output: { ok: true, message, services: told } };
    },
  });
}

async function detailsOf(
  bookable: Bookable,
  desk: FrontDesk,
  context: ToolContext,
  wording: Wording,
) {
  const { serviceName, practitionerName, priceCentavos, preparation, bring, requires } = bookable;
  const nowMs = context.clock.wallMs();
  const today = wallTimeOf(nowMs, context.clinic.timeZone).date;
  const { payment } = context.clinic;
  const unknown = payment ? 'valor informado na recepção' : '';
  const price = priceCentavos === null ? unknown : wording.money(priceCentavos);
  const days = daysText(bookable.plan.rules, wording, today);
  const next = await nextDay(bookable, desk, nowMs, wording);
  const notes = notesOf(bookable, context.clinic, wording);
  const who = practitionerName === null ? '' : ` com ${wording.person(practitionerName)}`;
  const spoken = [
    `${capitalised(serviceName)}${who}: ${[price, days].filter(Boolean).join('; ')}.`,
    next,
    ...instructionTexts([bookable], wording),
    ...notes.map((note) => `${capitalised(note)}.`),
  ]
    .filter(Boolean)
    .join(' ');
  return {
    spoken,
    details: {
      service: serviceName,
      ...(practitionerName === null ? {} : { practitioner: practitionerName }),
      ...{ price, days, preparation, bring, requires },
      ...(next === '' ? {} : { next }),
      ...(notes.length === 0 ? {} : { notes: notes.join('; ') }),
    },
  };
}

async function nextDay(
  bookable: Bookable,
  { agenda }: FrontDesk,
  nowMs: number,
  wording: Wording,
): Promise<string> {
  if (bookable.awaitsAnnouncement) return 'O próximo dia ainda não foi divulgado.';
  const query = { bookables: [bookable], options: [anyTime(agenda, nowMs)], pick: null };
  const [first] = (await searchSlots(agenda, query, nowMs)).slots;
  if (!first) return 'No momento não há vaga.';
  return `A próxima vaga é ${visitMoment(first, wording, agenda.calendar.timeZone)}.`;
}

/** Remarks of the file that concern this service. */
function notesOf({ serviceId, practitionerId }: Bookable, clinic: ClinicProfile, wording: Wording) {
  const [id, consultationId] = serviceId.split('/');
  const service = clinic.services.find((one) => one.id === id);
  const who = clinic.practitioners.find((one) => one.id === practitionerId);
  const consultation = service
    ? undefined
    : who?.consultations.find((one) => one.id === consultationId);
  const age = service?.suggestedAge;
  const days = age && wording.count(age.withinDays);
  return [
    consultation?.returnVisitIncluded ? 'com direito a retorno' : '',
    age
      ? `indicado nos primeiros ${days} dias de vida${age.orMedicalAdvice ? ' ou como o médico orientar' : ''}`
      : '',
    service?.notes ?? '',
    consultation ? (who?.notes ?? '') : '',
  ].filter(Boolean);
}
