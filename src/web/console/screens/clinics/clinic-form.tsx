import { useRef, useState } from 'preact/hooks';
import type { NewClinicWish } from '../../../../console/clinic-list-view.ts';
import type { ClinicProblemView } from '../../../../console/clinic-view.ts';
import { problemText } from '../../../ui/api.ts';
import { Button } from '../../../ui/button.tsx';
import { Callout } from '../../../ui/feedback.tsx';
import { Checkbox, Field, Select } from '../../../ui/field.tsx';
import { notify } from '../../../ui/notices.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { problemsIn, sortProblems } from './clinic-problems.ts';
import { type FormParts, Group, knownPlaces } from './form-group.tsx';
import { emptyForm, type FormState, idFrom, states, toForm, zones } from './form-state.ts';
import { HoursFields } from './hours-fields.tsx';
import { PractitionerFields } from './practitioner-fields.tsx';
import { words } from './words.ts';

/** The least a clinic needs. What is wrong is told by the same check as for files, at its field. */
export function ClinicForm({ create }: { create: (wish: NewClinicWish) => Promise<void> }) {
  const w = words();
  const frame = useRef<HTMLFormElement>(null);
  const [state, setState] = useState(emptyForm);
  const [problems, setProblems] = useState<readonly ClinicProblemView[]>([]);
  const set = (change: Partial<FormState>) => setState((old) => ({ ...old, ...change }));
  const { at: wrong, others } = sortProblems(problems, knownPlaces);
  const creating = useAction(
    async () => {
      setProblems([]);
      await create({ form: toForm(state) });
    },
    (error) => {
      const found = problemsIn(error);
      if (!found) return notify('bad', problemText(error));
      setProblems(found);
      // When it is drawn.
      requestAnimationFrame(() =>
        frame.current?.querySelector<HTMLElement>('[aria-invalid], .callout')?.focus(),
      );
    },
  );
  const parts: FormParts = { state, set, wrong };
  return (
    <form
      ref={frame}
      class="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void creating.run();
      }}
    >
      <Basics {...parts} />
      <Reach {...parts} />
      <HoursFields {...parts} />
      <PractitionerFields {...parts} />
      <ServiceFields {...parts} />
      {problems.length > 0 && (
        <Callout tone="bad">
          <strong>{others.length > 0 ? w.problems : w.marked}</strong>
          {others.length > 0 && (
            <ul class="clinics-problems">
              {others.map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          )}
        </Callout>
      )}
      <div class="row">
        <Button type="submit" look="main" isBusy={creating.isRunning}>
          {w.create}
        </Button>
      </div>
    </form>
  );
}

function Basics({ state, set, wrong }: FormParts) {
  const w = words();
  const options = (values: readonly string[]) =>
    values.map((value) => ({ value, text: value.replace('America/', '').replaceAll('_', ' ') }));
  return (
    <Group title={w.basics}>
      <div class="grid">
        <Field
          label={w.name}
          value={state.name}
          onValue={(name) => set({ name, ...(state.hasOwnId ? {} : { id: idFrom(name) }) })}
          error={wrong('name')}
          required
        />
        <Field
          label={w.id}
          hint={w.idHint}
          value={state.id}
          onValue={(id) => set({ id, hasOwnId: id !== '' })}
          error={wrong('id')}
          autoCapitalize="none"
          required
        />
        <Field
          label={w.address}
          value={state.address}
          onValue={(address) => set({ address })}
          error={wrong('address')}
        />
        <Field
          label={w.city}
          value={state.city}
          onValue={(city) => set({ city })}
          error={wrong('city')}
        />
        <Select
          label={w.state}
          value={state.state}
          onValue={(value) => set({ state: value })}
          options={options(states)}
          error={wrong('state')}
        />
        <Select
          label={w.timeZone}
          value={state.timeZone}
          onValue={(timeZone) => set({ timeZone })}
          options={options(zones)}
          error={wrong('timeZone')}
        />
      </div>
    </Group>
  );
}

function Reach({ state, set, wrong }: FormParts) {
  const w = words();
  const tel = { type: 'tel', autoComplete: 'off' } as const;
  return (
    <Group title={w.reach}>
      <div class="grid">
        <Field
          {...tel}
          label={w.number}
          hint={w.numberHint}
          value={state.number}
          onValue={(number) => set({ number })}
          error={wrong('numbers[0]')}
        />
        <Field
          {...tel}
          label={w.otherNumber}
          hint={w.optional}
          value={state.otherNumber}
          onValue={(otherNumber) => set({ otherNumber })}
          error={wrong('numbers[1]')}
        />
        <Field
          {...tel}
          label={w.whatsappNumber}
          hint={w.optional}
          value={state.whatsapp}
          onValue={(whatsapp) => set({ whatsapp })}
          error={wrong('whatsapp')}
        />
        <Field
          {...tel}
          label={w.reception}
          hint={w.receptionHint}
          value={state.reception}
          onValue={(reception) => set({ reception })}
          error={wrong('reception')}
        />
      </div>
    </Group>
  );
}

function ServiceFields({ state, set, wrong }: FormParts) {
  const w = words();
  return (
    <Group title={w.service}>
      <Checkbox
        label={w.hasService}
        checked={state.hasService}
        onChecked={(hasService) => set({ hasService })}
      />
      {state.hasService && (
        <div class="grid">
          <Field
            label={w.serviceName}
            value={state.serviceName}
            onValue={(serviceName) => set({ serviceName })}
            error={wrong('services[0].name') ?? wrong('services[0].id')}
          />
          <Field
            label={w.servicePrice}
            inputMode="decimal"
            value={state.servicePrice}
            onValue={(servicePrice) => set({ servicePrice })}
            error={wrong('services[0].offers[0].priceReais') && w.amountWrong}
          />
        </div>
      )}
    </Group>
  );
}
