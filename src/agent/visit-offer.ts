import type { OfferedSlot } from './conversation-state.ts';
import { capitalised, listed, visitHour, type Wording } from './visit-words.ts';

/**
 * Free times as they are said: service, professional and price once, when they are the same for all; each day once.
 * `Consulta de Cardiologia com Dr. …, duzentos e cinquenta reais: segunda-feira, dia …, às duas da tarde.`
 */
export function spokenOffer(
  slots: readonly OfferedSlot[],
  wording: Wording,
  timeZone: string,
): string {
  const groups = new Map<string, OfferedSlot[]>();
  for (const slot of slots) {
    const key = slot.bookable.id;
    groups.set(key, [...(groups.get(key) ?? []), slot]);
  }
  return [...groups.values()]
    .map((group) => `${headOf(group, wording)}: ${timesOf(group, wording, timeZone)}.`)
    .join(' ');
}

function headOf([first]: readonly OfferedSlot[], wording: Wording): string {
  if (!first) return '';
  const { serviceName, practitionerName, priceCentavos } = first.bookable;
  const who = practitionerName === null ? '' : ` com ${wording.person(practitionerName)}`;
  const price = priceCentavos === null ? '' : `, ${wording.money(priceCentavos)}`;
  return capitalised(`${serviceName}${who}${price}`);
}

function timesOf(slots: readonly OfferedSlot[], wording: Wording, timeZone: string): string {
  const days = new Map<string, string[]>();
  for (const slot of slots) {
    const hours = days.get(slot.date) ?? [];
    days.set(slot.date, [...hours, visitHour(slot, wording, timeZone)]);
  }
  const said = [...days].map(([date, own]) => ({
    day: wording.day(date),
    hours: listed(own, 'ou'),
  }));
  const [first] = said;
  if (!first || said.length === 1 || said.some(({ hours }) => hours !== first.hours)) {
    return said.map(({ day, hours }) => `${day}, ${hours}`).join('; ');
  }
  const last = said.at(-1)?.day ?? '';
  const others = said.slice(0, -1).map(({ day }) => day);
  return `${others.join('; ')}; ou ${last}; sempre ${first.hours}`;
}
