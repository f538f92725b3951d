import { z } from 'zod';
import { wallTimeOf } from '../../scheduling/wall-time.ts';
import type { Bookable } from '../clinic-agenda.ts';
import type { FrontDesk } from '../front-desk.ts';
import { daysText } from '../slot-days.ts';
import { defineTool, refused, type Tool, type ToolContext } from '../tool.ts';
import { capitalised, wordingFor } from '../visit-words.ts';

const schema = z.strictObject({
  kind: z
    .enum(['exams', 'consultations'])
    .describe('exams: exames; consultations: consultas e tudo o que não é exame.'),
});

/** More lines than this are not read on a telephone's screen. */
const mostLines = 40;
/** Characters: a tool's answer holds 8 KB, and a message 4,096. */
const longestList = 3_500;

/** All exams, or all professionals, with days, hours and price: for who reads. On a telephone nobody remembers such a list. */
export function createListServices({ agenda }: Pick<FrontDesk, 'agenda'>): Tool {
  return defineTool({
    name: 'list_services',
    description:
      'A lista inteira dos exames, ou das consultas com cada profissional, com dias, horários e valores. Para quem pergunta o que a clínica tem.',
    schema,
    run({ kind }, context) {
      const { services, practitioners } = context.clinic;
      const exams = new Set(services.filter((one) => one.kind === 'exam').map(({ id }) => id));
      const wanted = agenda.bookables.filter(
        ({ serviceId }) => exams.has(wholeOf(serviceId)) === (kind === 'exams'),
      );
      const lines = linesOf(wanted, context);
      if (lines.length === 0) return nothing;
      const others = practitioners.length > 0 ? 'Nossas consultas:' : 'O que pode ser marcado:';
      const title = kind === 'exams' ? 'Nossos exames:' : others;
      const shown = within(lines);
      const rest = shown.length < lines.length ? ['E outros: pergunte pelo nome.'] : [];
      return {
        outcome: 'ok',
        output: { ok: true, message: [title, ...shown, ...rest].join('\n') },
      };
    },
  });
}

/** `ultrassonografia/mama` is a variant of `ultrassonografia`. */
const wholeOf = (serviceId: string) => serviceId.split('/')[0] ?? '';

/** Variants of one exam with the same person on the same days share a line. */
function linesOf(bookables: readonly Bookable[], context: ToolContext): string[] {
  const wording = wordingFor(context);
  const today = wallTimeOf(context.clock.wallMs(), context.clinic.timeZone).date;
  const groups = new Map<string, { head: string; days: string; kinds: string[]; price: string }>();
  for (const one of bookables) {
    const { serviceId, serviceName, practitionerName, priceCentavos, plan } = one;
    const [, whole = serviceName, kind = ''] = /^(.+?) \((.+)\)$/.exec(serviceName) ?? [];
    const who = practitionerName === null ? '' : ` com ${wording.person(practitionerName)}`;
    const days = one.awaitsAnnouncement ? 'data a divulgar' : daysText(plan.rules, wording, today);
    const price = priceCentavos === null ? '' : wording.money(priceCentavos);
    const key = [kind === '' ? serviceId : wholeOf(serviceId), who, days].join('|');
    const group = groups.get(key) ?? { head: capitalised(whole) + who, days, kinds: [], price };
    if (kind !== '') group.kinds.push([kind, price].filter(Boolean).join(' '));
    groups.set(key, group);
  }
  return [...groups.values()].map(({ head, days, kinds, price }) => {
    const what = kinds.length > 0 ? kinds.join(', ') : price;
    return `• ${head}: ${[days, what].filter(Boolean).join('; ')}`;
  });
}

function within(lines: readonly string[]): string[] {
  let length = 0;
  return lines.slice(0, mostLines).filter((line) => {
    length += line.length + 1;
    return length <= longestList;
  });
}

const nothing = refused({
  code: 'nothing-listed',
  message: 'Essa lista não existe aqui. O que você gostaria de marcar?',
});
