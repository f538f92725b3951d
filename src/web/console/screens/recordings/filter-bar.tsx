import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../../ui/button.tsx';
import { DateField, SearchField, Select } from '../../../ui/field.tsx';
import { router } from '../../router.ts';
import { type CallFilters, filterAddress, filtersIn, isNarrowed } from './call-filters.ts';
import { callWords, outcomes } from './call-words.ts';
import { words } from './words.ts';

/** People pause so long between words, ms: the list is not asked for at every letter. */
const typingMs = 300;

/** The filters of the list; every change is in the address at once, what is typed a moment later. */
export function FilterBar({ filters }: { filters: CallFilters }) {
  const w = words();
  const c = callWords();
  const set = (change: Partial<CallFilters>) =>
    router.replace(`/recordings${filterAddress({ ...filters, ...change })}`);
  return (
    <search class="panel recordings-filters">
      <TypedSearch filters={filters} set={set} />
      <DateField
        label={w.from}
        value={filters.from}
        max={filters.to}
        onValue={(from) => set({ from })}
      />
      <DateField label={w.to} value={filters.to} min={filters.from} onValue={(to) => set({ to })} />
      <Select
        label={w.outcome}
        value={filters.outcome}
        onValue={(outcome) => set({ outcome })}
        options={[
          { value: '', text: w.any },
          ...outcomes.map((outcome) => ({ value: outcome, text: c[outcome] })),
        ]}
      />
      <Select
        label={w.direction}
        value={filters.direction}
        onValue={(direction) => set({ direction })}
        options={[
          { value: '', text: w.any },
          { value: 'inbound', text: w.inbound },
          { value: 'outbound', text: w.outbound },
        ]}
      />
      <Select
        label={w.special}
        value={filters.special}
        onValue={(special) => set({ special })}
        options={[
          { value: '', text: w.any },
          { value: 'booked', text: w.booked },
          { value: 'transferred', text: w.transferred },
          { value: 'emergency', text: w.emergency },
          { value: 'recorded', text: w.recorded },
          { value: 'unrecorded', text: w.unrecorded },
        ]}
      />
      <Select
        label={w.duration}
        value={filters.length}
        onValue={(length) => set({ length })}
        options={[
          { value: '', text: w.anyLength },
          { value: 'short', text: w.shorter(1) },
          { value: 'long', text: w.longer(3) },
          { value: 'longest', text: w.longer(10) },
        ]}
      />
      {isNarrowed(filters) && (
        <Button look="quiet" icon="close" onClick={() => set(filtersIn(new URLSearchParams()))}>
          {w.clear}
        </Button>
      )}
    </search>
  );
}

function TypedSearch({
  filters,
  set,
}: {
  filters: CallFilters;
  set: (change: Partial<CallFilters>) => void;
}) {
  const w = words();
  const [typed, setTyped] = useState(filters.text);
  const latest = useRef(set);
  latest.current = set;
  // Changed elsewhere: the filters were cleared, or somebody went back.
  useEffect(() => setTyped(filters.text), [filters.text]);
  useEffect(() => {
    if (typed === filters.text) return;
    const timer = setTimeout(() => latest.current({ text: typed }), typingMs);
    return () => clearTimeout(timer);
  }, [typed, filters.text]);
  return <SearchField label={w.search} value={typed} onValue={setTyped} maxLength={200} />;
}
