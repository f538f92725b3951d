import { z } from 'zod';
import { boundaryOf } from '../../scheduling/wall-time.ts';
import type { Bookable } from '../clinic-agenda.ts';
import type { OfferedSlot } from '../conversation-state.ts';
import type { FrontDesk } from '../front-desk.ts';
import { type FreeSlot, isSameSlot, offerSlots, slotOutput } from '../offers.ts';
import { plainText } from '../plain-text.ts';
import { whyNoSlots } from '../slot-reasons.ts';
import { anyTime, nearestSlots, type SlotQuery, searchSlots } from '../slot-search.ts';
import { readWish, type WishedTimes, type WishReading } from '../slot-wish.ts';
import { clinicTime } from '../spoken-portuguese.ts';
import { defineTool, refused, type Tool, type ToolAnswer, type ToolContext } from '../tool.ts';
import { chooseService } from '../visit-choice.ts';
import { spokenOffer } from '../visit-offer.ts';
import { type Wording, wordingFor } from '../visit-words.ts';

const schema = z.strictObject({
  service: z.string().min(1).max(200).describe('Consulta ou exame, nas palavras da pessoa.'),
  practitioner: z.string().max(200).optional().describe('Profissional, só se a pessoa disse um.'),
  when: z
    .string()
    .max(300)
    .optional()
    .describe(
      'Quando, nas palavras da pessoa, como “quinta que vem de manhã”. Deixe de fora para os próximos horários, e de novo para os seguintes.',
    ),
});

/** Times that are really free, at most three, each with a token for `hold_slots`. */
export function createFindSlots(desk: FrontDesk): Tool {
  return defineTool({
    name: 'find_slots',
    description:
      'Procura horários livres de uma consulta ou exame. Só ofereça horários que vieram daqui.',
    schema,
    async run(args, context) {
      const choice = chooseService(desk.agenda, args);
      if ('refusal' in choice) return refused(choice.refusal);
      const { bookables, remark } = choice;
      const open = bookables.filter(({ awaitsAnnouncement }) => !awaitsAnnouncement);
      if (open.length === 0) return notAnnounced(bookables);
      const search: Search = { desk, context, bookables: open, remark, ...nowOf(context) };
      const words = plainText(args.when ?? '');
      const wish: WishReading =
        words === '' ? { kind: 'any' } : readWish(words, desk.agenda, search.now);
      if (wish.kind === 'question') {
        return refused({ code: 'unclear-when', field: 'when', message: wish.message });
      }
      if (wish.kind === 'any') return nextTimes(search);
      if (wish.kind === 'past') return none(search, [], wish.message);
      return wishedTimes(search, wish);
    },
  });
}

interface Search {
  desk: FrontDesk;
  context: ToolContext;
  bookables: readonly Bookable[];
  remark: string;
  now: ReturnType<typeof clinicTime>;
  nowMs: number;
  wording: Wording;
}

function nowOf(context: ToolContext) {
  const nowMs = context.clock.wallMs();
  const now = clinicTime(nowMs, context.clinic.timeZone);
  return { nowMs, now, wording: wordingFor(context) };
}

function notAnnounced([first]: readonly Bookable[]): ToolAnswer {
  const what = first?.serviceName ?? 'esse atendimento';
  return refused({
    code: 'not-announced',
    message: `A clínica ainda não divulgou o próximo dia de ${what}. Quer que eu anote o seu nome na lista de espera, para a equipe avisar?`,
  });
}

/** A hold of this conversation does not stand in its own way: another one would take its place. */
function ignoringOwnHold({ desk }: Search): Pick<SlotQuery, 'ignoring'> {
  const { hold } = desk.state;
  return hold ? { ignoring: hold.reservation.id } : {};
}

async function wishedTimes(
  search: Search,
  { options, pick }: Extract<WishReading, { kind: 'wish' }>,
): Promise<ToolAnswer> {
  const { desk, bookables, wording, nowMs } = search;
  const query = { bookables, options, pick, ...ignoringOwnHold(search) };
  const { slots, reasons } = await searchSlots(desk.agenda, query, nowMs);
  if (slots.length > 0) return offered(search, slots);
  const reason = whyNoSlots(desk.agenda, { bookables, options }, reasons, wording, nowMs);
  return none(search, options, reason);
}

/** No day was named: the next times, and when asked again, those after them. */
async function nextTimes(search: Search): Promise<ToolAnswer> {
  const { desk, bookables, nowMs } = search;
  const { state, agenda } = desk;
  const key = bookables.map(({ id }) => id).join();
  const lastMs = state.offeredUntil.get(key);
  const before = [...state.offers.values()];
  const goOn = {
    notBeforeMs: lastMs ?? 0,
    skips: (slot: FreeSlot) => before.some((one) => isSameSlot(one, slot)),
  };
  const options = [anyTime(agenda, nowMs)];
  const query: SlotQuery = {
    ...{ bookables, options, pick: null, ...ignoringOwnHold(search) },
    ...(lastMs === undefined ? {} : goOn),
  };
  const { slots, reasons } = await searchSlots(agenda, query, nowMs);
  const last = slots.at(-1);
  if (last) {
    state.offeredUntil.set(key, last.startMs);
    return offered(search, slots);
  }
  state.offeredUntil.delete(key);
  if (lastMs !== undefined) return none(search, [], 'Depois desses não há outros horários livres.');
  const reason = whyNoSlots(agenda, { bookables, options }, reasons, search.wording, nowMs);
  return none(search, options, reason);
}

function offered(search: Search, slots: readonly FreeSlot[]): ToolAnswer {
  const { remark } = search;
  const { offers, output } = offer(search, slots);
  const said = spokenOffer(offers, search.wording, search.context.clinic.timeZone);
  const question = offers.length > 1 ? 'Qual prefere?' : 'Pode ser?';
  const message = [remark, said, question].filter(Boolean).join(' ');
  return { outcome: 'ok', output: { ok: true, message, slots: output } };
}

function offer({ desk, wording, context }: Search, slots: readonly FreeSlot[]) {
  const offers: OfferedSlot[] = offerSlots(desk.state, slots);
  return { offers, output: offers.map((one) => slotOutput(one, wording, context.clinic.timeZone)) };
}

/** Nothing as wished: why, and what is nearest to it. */
async function none(
  search: Search,
  options: readonly WishedTimes[],
  reason: string,
): Promise<ToolAnswer> {
  const { desk, bookables, nowMs, context } = search;
  const [first] = options;
  const atMs = first ? wantedInstant(first, context) : nowMs;
  const wanted = { bookables, atMs: Math.max(atMs, nowMs), ...ignoringOwnHold(search) };
  const slots = await nearestSlots(desk.agenda, wanted, nowMs);
  const { offers, output } = offer(search, slots);
  const said =
    offers.length > 0 ? spokenOffer(offers, search.wording, context.clinic.timeZone) : '';
  const rest = said ? `O mais próximo que tenho: ${said} Algum serve?` : waitingList;
  const message = [search.remark, reason, rest].filter(Boolean).join(' ');
  return refused({ code: 'no-slots', message, slots: output });
}

const waitingList =
  'No momento não há nenhum horário livre. Quer que eu anote o seu nome na lista de espera?';

/** Half past eleven: no time of day was named, so that morning and afternoon are alike. */
const middleOfDay = '11:30';

function wantedInstant({ range, times }: WishedTimes, { clinic }: ToolContext): number {
  const from = times[0]?.from ?? '00:00';
  const time = from === '00:00' ? middleOfDay : from;
  return boundaryOf(range.from, time, clinic.timeZone);
}
