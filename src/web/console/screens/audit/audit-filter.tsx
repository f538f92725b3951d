import { useState } from 'preact/hooks';
import type { UserListView } from '../../../../console/user-view.ts';
import { Button } from '../../../ui/button.tsx';
import { DateField, Field, Select } from '../../../ui/field.tsx';
import { useRemote } from '../../../ui/use-remote.ts';
import { api } from '../../session.ts';
import { dayStart } from './day-bounds.ts';
import { words } from './words.ts';

/** What is looked for, as it stands in the address. */
export const filterNames = ['from', 'to', 'user', 'object', 'patient'] as const;
export type AuditWish = Partial<Record<(typeof filterNames)[number], string>>;

export function wishIn(query: URLSearchParams): AuditWish {
  const given = filterNames.map((name) => [name, query.get(name)?.trim() ?? ''] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== ''));
}

/** The question to the server: days become moments. */
export function questionOf({ from, to, ...rest }: AuditWish, timeZone: string): URLSearchParams {
  const isDay = (day: string | undefined) => day !== undefined && !Number.isNaN(Date.parse(day));
  return new URLSearchParams({
    ...rest,
    ...(from && isDay(from) ? { from: dayStart(from, timeZone) } : {}),
    ...(to && isDay(to) ? { to: dayStart(to, timeZone, 1) } : {}),
  });
}

export function AuditFilter({
  wish,
  onWish,
}: {
  wish: AuditWish;
  onWish: (wish: AuditWish) => void;
}) {
  const w = words();
  const [draft, setDraft] = useState(wish);
  const people = useRemote(
    (signal) => api<UserListView>('GET', '/users', undefined, { signal }),
    [],
  );
  const set = (name: keyof AuditWish) => (value: string) => setDraft({ ...draft, [name]: value });
  const options = (people.value?.users ?? []).map(({ id, login, name }) => ({
    value: id,
    text: `${name} (${login})`,
  }));
  return (
    <form
      class="panel audit-filter no-print"
      onSubmit={(event) => {
        event.preventDefault();
        onWish(draft);
      }}
    >
      <DateField label={w.from} value={draft.from ?? ''} onValue={set('from')} />
      <DateField label={w.to} value={draft.to ?? ''} onValue={set('to')} />
      <Select
        label={w.person}
        value={draft.user ?? ''}
        onValue={set('user')}
        options={[
          { value: '', text: w.everybody },
          ...options,
          { value: 'system', text: w.system },
          { value: 'terminal', text: w.terminal },
        ]}
      />
      <Field
        label={w.object}
        value={draft.object ?? ''}
        onValue={set('object')}
        spellcheck={false}
      />
      <Field
        label={w.patient}
        value={draft.patient ?? ''}
        onValue={set('patient')}
        spellcheck={false}
      />
      <div class="row audit-buttons">
        <Button look="main" icon="search" type="submit">
          {w.filter}
        </Button>
        <Button
          onClick={() => {
            setDraft({});
            onWish({});
          }}
        >
          {w.clear}
        </Button>
      </div>
    </form>
  );
}
