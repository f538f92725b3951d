import { Checkbox, Field } from '../../../ui/field.tsx';
import { type FormParts, Group } from './form-group.tsx';
import type { DayGroup, OpenHours } from './form-state.ts';
import { words } from './words.ts';

const groups: readonly DayGroup[] = ['weekdays', 'saturday', 'sunday'];

/** When the clinic is open in a usual week. */
export function HoursFields({ state, set, wrong }: FormParts) {
  const w = words();
  const put = (group: DayGroup, change: Partial<OpenHours>) =>
    set({ hours: { ...state.hours, [group]: { ...state.hours[group], ...change } } });
  return (
    <Group title={w.hours}>
      {groups.map((group) => {
        const { isOpen, from, to } = state.hours[group];
        return (
          <fieldset key={group} class="clinics-hours" aria-label={w[group]}>
            <Checkbox
              label={w.isOpen(w[group])}
              checked={isOpen}
              onChecked={(checked) => put(group, { isOpen: checked })}
            />
            {isOpen && (
              <>
                <Field
                  label={w.from}
                  type="time"
                  value={from}
                  onValue={(value) => put(group, { from: value })}
                />
                <Field
                  label={w.to}
                  type="time"
                  value={to}
                  onValue={(value) => put(group, { to: value })}
                />
              </>
            )}
          </fieldset>
        );
      })}
      {wrong('openingHours') && <p class="clinics-wrong">{w.hoursWrong}</p>}
    </Group>
  );
}
