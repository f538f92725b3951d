const hourMs = 3_600_000;

/**
 * The moment at which a day begins where a clinic is, ISO 8601 UTC. On the one night a year on which a zone has no
 * midnight, an hour later.
 * @param day `YYYY-MM-DD`; with `after` days behind it
 */
export function dayStart(day: string, timeZone: string, after = 0): string {
  const midnightMs = Date.parse(`${day}T00:00:00Z`) + after * 24 * hourMs;
  const guessMs = midnightMs - offsetMs(midnightMs, timeZone);
  return new Date(midnightMs - offsetMs(guessMs, timeZone)).toISOString();
}

/** How far the clocks of a zone are ahead of UTC at a moment. */
function offsetMs(atMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(atMs);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const shownMs = Date.UTC(
    of('year'),
    of('month') - 1,
    of('day'),
    of('hour'),
    of('minute'),
    of('second'),
  );
  return shownMs - Math.floor(atMs / 1000) * 1000;
}
