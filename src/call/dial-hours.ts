/** `HH:MM` of a wall clock; `24:00` ends a day. */
interface DialSpan {
  from: string;
  until: string;
}

/** When people may be rung: one span for each day of the week (1 is Monday, 7 Sunday), and one for national holidays. */
export interface DialHours {
  days: Readonly<Partial<Record<number, DialSpan>>>;
  holidays: DialSpan | undefined;
}

const dayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const rulePattern =
  /^(hol|mon|tue|wed|thu|fri|sat|sun)(?:-(mon|tue|wed|thu|fri|sat|sun))? ((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;

/**
 * `mon-fri 08:00-20:00, sat 09:00-14:00, hol 10:00-12:00` → hours; nothing when it is not that. A day that is not named
 * is quiet; so are holidays without `hol`. Later rules replace earlier ones.
 */
export function parseDialHours(text: string): DialHours | undefined {
  const days: Partial<Record<number, DialSpan>> = {};
  let holidays: DialSpan | undefined;
  for (const rule of text.split(',')) {
    const [, first = '', last = first, from = '', until = ''] = rulePattern.exec(rule.trim()) ?? [];
    if (first === '' || from >= until) return undefined;
    if (first === 'hol') {
      if (last !== 'hol') return undefined;
      holidays = { from, until };
      continue;
    }
    const [begin, end] = [dayNames.indexOf(first), dayNames.indexOf(last)];
    if (begin > end) return undefined;
    for (let day = begin; day <= end; day += 1) days[day + 1] = { from, until };
  }
  return { days, holidays };
}
