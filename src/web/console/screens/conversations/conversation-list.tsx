import type {
  ConversationListView,
  ConversationRow,
} from '../../../../console/conversation-view.ts';
import { Callout, EmptyState, Loaded } from '../../../ui/feedback.tsx';
import { Checkbox, Select } from '../../../ui/field.tsx';
import { dateText, timeText } from '../../../ui/formats.ts';
import { useWatched } from '../../../ui/use-watched.ts';
import { router } from '../../router.ts';
import { api, clinic, person } from '../../session.ts';
import {
  type ConversationFilters,
  filterAddress,
  filtersIn,
  isWanted,
  listQuery,
} from './conversation-filters.ts';
import { StateBadges } from './conversation-state.tsx';
import { whoText } from './who-text.ts';
import { words } from './words.ts';

/** How often the list is asked for, ms. */
const lookMs = 3_000;
/** As many as the server gives. */
const mostRows = 200;

/** Conversations with the newest change first, and what they are narrowed to. */
export function ConversationList({
  filters,
  chosenId,
}: {
  filters: ConversationFilters;
  chosenId: string | undefined;
}) {
  const w = words();
  const asked = listQuery(filters, clinic.value?.id ?? '').toString();
  const remote = useWatched<ConversationListView>(
    ({ signal, isUnattended, known }) => {
      const query = new URLSearchParams(asked);
      if (known) query.set('unless', known.version);
      return api('GET', `/conversations?${query}`, undefined, { signal, isUnattended });
    },
    [asked],
    lookMs,
  );
  return (
    <div class="list-side stack">
      <Filters filters={filters} chosenId={chosenId} />
      <Loaded remote={remote} lines={6}>
        {({ conversations }) => {
          const wanted = conversations.filter((row) => isWanted(row, filters));
          if (wanted.length === 0) return <Nothing isNarrowed={filterAddress(filters) !== ''} />;
          return (
            <nav class="panel flush link-list conversations-list" aria-label={w.list}>
              <ul>
                {wanted.map((row) => (
                  <li key={row.id}>
                    <RowLink row={row} isChosen={row.id === chosenId} filters={filters} />
                  </li>
                ))}
              </ul>
              {conversations.length === mostRows && <Callout>{w.most}</Callout>}
            </nav>
          );
        }}
      </Loaded>
    </div>
  );
}

function RowLink({
  row,
  isChosen,
  filters,
}: {
  row: ConversationRow;
  isChosen: boolean;
  filters: ConversationFilters;
}) {
  const zone = person.value?.clinics.find(({ id }) => id === row.clinic);
  return (
    <a
      href={router.href(`/conversations/${row.id}${filterAddress(filters)}`)}
      aria-current={isChosen ? 'true' : undefined}
    >
      <span class="row spread conversations-name">
        <strong>{whoText(row)}</strong>
        <span class="soft figures small">{shortMoment(row.updatedAt, zone?.timeZone)}</span>
      </span>
      {row.name !== null && row.number !== null && (
        <span class="soft small figures">{row.number}</span>
      )}
      <span class="row">
        <StateBadges row={row} />
      </span>
      {filters.isEverywhere && zone && <span class="soft small">{zone.name}</span>}
    </a>
  );
}

/** Of today the time, of other days the date. */
function shortMoment(at: string, timeZone: string | undefined): string {
  const isToday = dateText(at, timeZone) === dateText(Date.now(), timeZone);
  return isToday ? timeText(at, timeZone) : dateText(at, timeZone);
}

function Filters({
  filters,
  chosenId,
}: {
  filters: ConversationFilters;
  chosenId: string | undefined;
}) {
  const w = words();
  const set = (change: Partial<ConversationFilters>) =>
    router.replace(
      `/conversations${chosenId ? `/${chosenId}` : ''}${filterAddress({ ...filters, ...change })}`,
    );
  const chosen = (name: string, value: string) =>
    filtersIn(new URLSearchParams([[name, value]])) as ConversationFilters;
  return (
    <search class="panel conversations-filters" aria-label={w.filters}>
      <Select
        label={w.status}
        value={filters.status}
        onValue={(value) => set({ status: chosen('status', value).status })}
        options={[
          { value: 'open', text: w.open },
          { value: 'closed', text: w.closed },
          { value: 'any', text: w.any },
        ]}
      />
      <Select
        label={w.channel}
        value={filters.channel}
        onValue={(value) => set({ channel: chosen('channel', value).channel })}
        options={[
          { value: '', text: w.any },
          { value: 'whatsapp', text: w.whatsapp },
          { value: 'web-chat', text: w['web-chat'] },
        ]}
      />
      <Select
        label={w.who}
        value={filters.who}
        onValue={(value) => set({ who: chosen('who', value).who })}
        options={[
          { value: '', text: w.any },
          { value: 'mine', text: w.mine },
          { value: 'staff', text: w.staff },
          { value: 'waiting', text: w.waiting },
        ]}
      />
      {(person.value?.clinics.length ?? 0) > 1 && (
        <Checkbox
          label={w.everywhere}
          checked={filters.isEverywhere}
          onChecked={(isEverywhere) => set({ isEverywhere })}
        />
      )}
    </search>
  );
}

function Nothing({ isNarrowed }: { isNarrowed: boolean }) {
  const w = words();
  return (
    <section class="panel">
      <EmptyState icon={isNarrowed ? 'search' : 'chat'} title={isNarrowed ? w.noneFound : w.none}>
        <p class="soft">{isNarrowed ? w.noneFoundHelp : w.noneHelp}</p>
      </EmptyState>
    </section>
  );
}
