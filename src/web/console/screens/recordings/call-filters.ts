/** What the list is narrowed to; kept in the address, so that it can be shared and gone back to. */
export interface CallFilters {
  text: string;
  from: string;
  to: string;
  direction: string;
  outcome: string;
  /** One of `specials`. */
  special: string;
  /** One of `lengths`. */
  length: string;
}

const names = ['text', 'from', 'to', 'direction', 'outcome', 'special', 'length'] as const;

const specials: Record<string, [name: string, value: string]> = {
  booked: ['booked', 'yes'],
  transferred: ['transferred', 'yes'],
  emergency: ['emergency', 'yes'],
  recorded: ['recorded', 'yes'],
  unrecorded: ['recorded', 'no'],
};
const lengths: Record<string, [name: string, value: string]> = {
  short: ['mostS', '60'],
  long: ['leastS', '180'],
  longest: ['leastS', '600'],
};

export function filtersIn(query: URLSearchParams): CallFilters {
  const entries = names.map((name) => [name, query.get(name) ?? '']);
  return Object.fromEntries(entries) as CallFilters;
}

/** `?text=…`, or nothing when everything is wanted. */
export function filterAddress(filters: CallFilters): string {
  const query = new URLSearchParams(names.flatMap((name) => pairOf(name, filters[name])));
  return query.size > 0 ? `?${query}` : '';
}

/** What the server is asked. */
export function callQuery(filters: CallFilters, clinic: string, before?: string): string {
  const query = new URLSearchParams([
    ['clinic', clinic],
    ...pairOf('text', filters.text.trim()),
    ...pairOf('from', filters.from),
    ...pairOf('to', filters.to),
    ...pairOf('direction', filters.direction),
    ...pairOf('outcome', filters.outcome),
    ...pairOf('before', before ?? ''),
  ]);
  for (const [name, value] of [specials[filters.special], lengths[filters.length]].filter(isThere))
    query.set(name, value);
  return query.toString();
}

export function isNarrowed(filters: CallFilters): boolean {
  return names.some((name) => filters[name] !== '');
}

function pairOf(name: string, value: string): [string, string][] {
  return value === '' ? [] : [[name, value]];
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}
