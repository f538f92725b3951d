import type { ConversationRow } from '../../../../console/conversation-view.ts';

/** What the list is narrowed to; kept in the address. */
export interface ConversationFilters {
  status: 'open' | 'closed' | 'any';
  channel: '' | 'whatsapp' | 'web-chat';
  who: '' | 'mine' | 'staff' | 'waiting';
  /** Not only the chosen clinic. */
  isEverywhere: boolean;
}

const oneOf = <T extends string>(value: string | null, allowed: readonly T[], usual: T): T =>
  allowed.find((one) => one === value) ?? usual;

export function filtersIn(query: URLSearchParams): ConversationFilters {
  return {
    status: oneOf(query.get('status'), ['open', 'closed', 'any'], 'open'),
    channel: oneOf(query.get('channel'), ['', 'whatsapp', 'web-chat'], ''),
    who: oneOf(query.get('who'), ['', 'mine', 'staff', 'waiting'], ''),
    isEverywhere: query.get('everywhere') === '1',
  };
}

/** `?status=…`, or nothing when nothing is unusual. */
export function filterAddress(filters: ConversationFilters): string {
  const query = new URLSearchParams();
  if (filters.status !== 'open') query.set('status', filters.status);
  if (filters.channel) query.set('channel', filters.channel);
  if (filters.who) query.set('who', filters.who);
  if (filters.isEverywhere) query.set('everywhere', '1');
  return query.size > 0 ? `?${query}` : '';
}

/** What the server is asked. */
export function listQuery(filters: ConversationFilters, clinic: string): URLSearchParams {
  const query = new URLSearchParams();
  if (filters.status !== 'any') query.set('status', filters.status);
  if (filters.channel) query.set('channel', filters.channel);
  if (!filters.isEverywhere) query.set('clinic', clinic);
  return query;
}

/** What the page itself leaves out. */
export function isWanted(row: ConversationRow, { who }: ConversationFilters): boolean {
  if (who === 'mine') return row.isMine;
  if (who === 'staff') return row.heldBy !== null;
  return who === '' || row.awaitsStaff;
}
