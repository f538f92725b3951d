import type { ComponentChildren } from 'preact';
import type { FormState } from './form-state.ts';

/** Places in the file that a field stands for. */
export const knownPlaces = [
  ...['id', 'name', 'timeZone', 'address', 'city', 'state', 'numbers[0]', 'numbers[1]'],
  ...[
    'whatsapp',
    'reception',
    'openingHours',
    'practitioners[0].name',
    'practitioners[0].specialties',
  ],
  'practitioners[0].schedules',
  'practitioners[0].consultations[0].priceReais',
  'practitioners[0].consultations[0].durationMinutes',
  ...['services[0].name', 'services[0].id', 'services[0].offers[0].priceReais'],
] as const;
export type KnownPlace = (typeof knownPlaces)[number];

export interface FormParts {
  state: FormState;
  set: (change: Partial<FormState>) => void;
  /** Why what was written there cannot be taken. */
  wrong: (place: KnownPlace) => string | undefined;
}

/** Fields that belong together. */
export function Group({
  title,
  hint,
  children,
}: {
  title: string;
  hint?: string;
  children: ComponentChildren;
}) {
  return (
    <fieldset class="panel stack">
      <legend class="unseen">{title}</legend>
      <div>
        <h2>{title}</h2>
        {hint && <p class="soft small">{hint}</p>}
      </div>
      {children}
    </fieldset>
  );
}
