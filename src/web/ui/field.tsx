import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { Icon } from './icons.tsx';

interface FieldParts {
  label: string;
  hint?: string | undefined;
  /** Why what was written cannot be taken, and what to write instead. */
  error?: string | undefined;
}

/** What may be said of the browser's own control. */
interface Native {
  type?: 'text' | 'password' | 'date' | 'time' | 'month' | 'number' | 'tel' | 'email' | 'url';
  name?: string;
  autoComplete?: string;
  autoCapitalize?: 'none' | 'words' | 'sentences';
  spellcheck?: boolean;
  inputMode?: 'text' | 'numeric' | 'decimal' | 'tel' | 'email';
  placeholder?: string;
  required?: boolean;
  disabled?: boolean;
  readOnly?: boolean;
  autoFocus?: boolean;
  min?: string | number;
  max?: string | number;
  step?: string | number;
  maxLength?: number;
  /** Of a text area. */
  rows?: number;
  /** The id of a `<datalist>`. */
  list?: string;
  onBlur?: () => void;
  onKeyDown?: (event: KeyboardEvent) => void;
}

interface Valued {
  value: string;
  onValue: (value: string) => void;
}

/** Label above, hint and error below, tied together for screen readers. */
export function FieldFrame({
  label,
  hint,
  error,
  id,
  children,
}: FieldParts & { id: string; children: ComponentChildren }) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="wrong" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

const described = (id: string, { hint, error }: FieldParts) => ({
  'aria-describedby':
    [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined,
  'aria-invalid': error ? ('true' as const) : undefined,
});

export function Field({
  label,
  hint,
  error,
  value,
  onValue,
  ...rest
}: FieldParts & Valued & Native) {
  const id = useId();
  return (
    <FieldFrame label={label} hint={hint} error={error} id={id}>
      <input
        {...(rest as object)}
        {...described(id, { label, hint, error })}
        id={id}
        class="input"
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
    </FieldFrame>
  );
}

/** A calendar day, `YYYY-MM-DD` or empty; the browser's own picker. */
export function DateField(parts: FieldParts & Valued & Native) {
  return <Field {...parts} type="date" />;
}

export function TextArea({
  label,
  hint,
  error,
  value,
  onValue,
  ...rest
}: FieldParts & Valued & Native) {
  const id = useId();
  return (
    <FieldFrame label={label} hint={hint} error={error} id={id}>
      <textarea
        rows={4}
        {...(rest as object)}
        {...described(id, { label, hint, error })}
        id={id}
        class="input"
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
    </FieldFrame>
  );
}

export interface Option {
  value: string;
  text: string;
}

export function Select({
  label,
  hint,
  error,
  value,
  onValue,
  options,
  ...rest
}: FieldParts & Valued & Native & { options: readonly Option[] }) {
  const id = useId();
  return (
    <FieldFrame label={label} hint={hint} error={error} id={id}>
      <select
        {...(rest as object)}
        {...described(id, { label, hint, error })}
        id={id}
        class="input"
        value={value}
        onChange={(event) => onValue(event.currentTarget.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.text}
          </option>
        ))}
      </select>
    </FieldFrame>
  );
}

export function Checkbox({
  label,
  hint,
  checked,
  onChecked,
  disabled = false,
}: {
  label: string;
  hint?: string;
  checked: boolean;
  onChecked: (checked: boolean) => void;
  disabled?: boolean;
}) {
  const id = useId();
  return (
    <div class="check">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChecked(event.currentTarget.checked)}
      />
      <div>
        <label for={id}>{label}</label>
        {hint && (
          <p class="soft small" id={`${id}-hint`}>
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}

/** A search box: the label is read aloud, the placeholder shows it. */
export function SearchField({
  label,
  value,
  onValue,
  ...rest
}: { label: string } & Valued & Native) {
  return (
    <div class="search grow">
      <Icon name="search" />
      <input
        {...(rest as object)}
        type="search"
        class="input"
        aria-label={label}
        placeholder={rest.placeholder ?? label}
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
    </div>
  );
}
