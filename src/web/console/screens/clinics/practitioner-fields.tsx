import type { WeekdayName } from '../../../../console/clinic-view.ts';
import { Field, Select } from '../../../ui/field.tsx';
import { type FormParts, Group } from './form-group.tsx';
import type { FormState } from './form-state.ts';
import { words } from './words.ts';

const weekdays: readonly WeekdayName[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** Who attends, when, and what a visit costs. */
export function PractitionerFields({ state, set, wrong }: FormParts) {
  const w = words();
  const one = state.practitioner;
  const put = (change: Partial<FormState['practitioner']>) =>
    set({ practitioner: { ...one, ...change } });
  return (
    <Group title={w.practitioner} hint={w.practitionerHint}>
      <div class="grid">
        <Select
          label={w.formOfAddress}
          value={one.title}
          onValue={(value) => put({ title: value === 'Dr.' || value === 'Dra.' ? value : '' })}
          options={[
            { value: '', text: w.noTitle },
            { value: 'Dra.', text: 'Dra.' },
            { value: 'Dr.', text: 'Dr.' },
          ]}
        />
        <Field
          label={w.practitionerName}
          autoComplete="off"
          value={one.name}
          onValue={(name) => put({ name })}
          error={wrong('practitioners[0].name')}
          required
        />
        <Field
          label={w.specialty}
          value={one.specialty}
          onValue={(specialty) => put({ specialty })}
          error={wrong('practitioners[0].specialties')}
          required
        />
        <Field
          label={w.consultation}
          inputMode="decimal"
          value={one.consultation}
          onValue={(consultation) => put({ consultation })}
          error={wrong('practitioners[0].consultations[0].priceReais') && w.amountWrong}
          required
        />
        <Field
          label={w.duration}
          inputMode="numeric"
          value={one.duration}
          onValue={(duration) => put({ duration })}
          error={wrong('practitioners[0].consultations[0].durationMinutes')}
        />
      </div>
      <div class="clinics-hours">
        <div class="field">
          <span class="label">{w.days}</span>
          <fieldset class="clinics-weekdays" aria-label={w.days}>
            {weekdays.map((day) => (
              <button
                key={day}
                type="button"
                class="button"
                aria-pressed={one.days.includes(day)}
                onClick={() => put({ days: toggled(one.days, day) })}
              >
                {w[day]}
              </button>
            ))}
          </fieldset>
        </div>
        <Field label={w.from} type="time" value={one.from} onValue={(from) => put({ from })} />
        <Field label={w.to} type="time" value={one.to} onValue={(to) => put({ to })} />
      </div>
      {wrong('practitioners[0].schedules') && <p class="clinics-wrong">{w.daysWrong}</p>}
    </Group>
  );
}

function toggled(days: readonly WeekdayName[], day: WeekdayName): WeekdayName[] {
  return weekdays.filter((one) => (one === day ? !days.includes(day) : days.includes(one)));
}
