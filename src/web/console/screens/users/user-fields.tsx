import type { Role } from '../../../../console/roles.ts';
import { Checkbox, Field, Select } from '../../../ui/field.tsx';
import { person } from '../../session.ts';
import { words } from './words.ts';

/** What is written in the dialogs. */
export interface UserDraft {
  name: string;
  role: Role;
  isEverywhere: boolean;
  clinics: readonly string[];
}

export const clinicsOf = ({ isEverywhere, clinics }: UserDraft): 'all' | string[] =>
  isEverywhere ? 'all' : [...clinics];

export function draftTrouble({ name, isEverywhere, clinics }: UserDraft): {
  name?: string;
  clinics?: string;
} {
  const w = words();
  return {
    ...(name.trim() === '' ? { name: w.fillName } : {}),
    ...(!isEverywhere && clinics.length === 0 ? { clinics: w.chooseClinic } : {}),
  };
}

export function UserFields({
  draft,
  onDraft,
  wasAsked,
}: {
  draft: UserDraft;
  onDraft: (draft: UserDraft) => void;
  /** Troubles are told once somebody wanted to save. */
  wasAsked: boolean;
}) {
  const w = words();
  const trouble = wasAsked ? draftTrouble(draft) : {};
  const roles: readonly Role[] = ['staff', 'admin', 'auditor'];
  return (
    <>
      <Field
        label={w.name}
        value={draft.name}
        maxLength={120}
        onValue={(name) => onDraft({ ...draft, name })}
        error={trouble.name}
      />
      <Select
        label={w.role}
        value={draft.role}
        hint={w[`${draft.role}Hint`]}
        onValue={(value) =>
          onDraft({ ...draft, role: roles.find((one) => one === value) ?? draft.role })
        }
        options={roles.map((role) => ({ value: role, text: w[role] }))}
      />
      <ClinicChoices draft={draft} onDraft={onDraft} error={trouble.clinics} />
    </>
  );
}

function ClinicChoices({
  draft,
  onDraft,
  error,
}: {
  draft: UserDraft;
  onDraft: (draft: UserDraft) => void;
  error: string | undefined;
}) {
  const w = words();
  const { isEverywhere, clinics } = draft;
  return (
    <fieldset class="users-choices">
      <legend>{w.clinics}</legend>
      <Checkbox
        label={w.allClinics}
        checked={isEverywhere}
        onChecked={(checked) => onDraft({ ...draft, isEverywhere: checked })}
      />
      {!isEverywhere &&
        (person.value?.clinics ?? []).map(({ id, name }) => (
          <Checkbox
            key={id}
            label={name}
            checked={clinics.includes(id)}
            onChecked={(checked) =>
              onDraft({
                ...draft,
                clinics: checked ? [...clinics, id] : clinics.filter((one) => one !== id),
              })
            }
          />
        ))}
      {error && <p class="wrong">{error}</p>}
    </fieldset>
  );
}
