import type { ComponentChildren } from 'preact';
import { problemText } from './api.ts';
import { Button } from './button.tsx';
import { Icon, type IconName } from './icons.tsx';
import { uiWords } from './ui-words.ts';
import type { Remote } from './use-remote.ts';

export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'info';

/** A state in a word; the word says it, the colour helps. */
export function Badge({
  tone = 'plain',
  icon,
  children,
}: {
  tone?: Tone;
  icon?: IconName;
  children: ComponentChildren;
}) {
  return (
    <span class={`badge ${tone}`}>
      {icon && <Icon name={icon} />}
      {children}
    </span>
  );
}

/** @param part 0 to 1; left out: nobody knows how long it takes */
export function Progress({ label, part }: { label: string; part?: number }) {
  const percent = part === undefined ? undefined : Math.round(Math.min(1, Math.max(0, part)) * 100);
  return (
    <div
      class={percent === undefined ? 'progress endless' : 'progress'}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <i style={percent === undefined ? {} : { width: `${percent}%` }} />
    </div>
  );
}

/** Where text will be in a moment. */
export function Skeleton({ lines = 4 }: { lines?: number }) {
  return (
    <div class="skeleton" role="status">
      <span class="unseen">{uiWords().loading}</span>
      {Array.from({ length: lines }, (_, line) => (
        <i key={line} />
      ))}
    </div>
  );
}

/** There is nothing yet: says so, and what would bring something. */
export function EmptyState({
  icon = 'inbox',
  title,
  children,
}: {
  icon?: IconName;
  title: string;
  children?: ComponentChildren;
}) {
  return (
    <div class="blank">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** Something could not be shown: why, and the way on. */
export function ErrorState({ error, onAgain }: { error: unknown; onAgain?: () => void }) {
  return (
    <div class="blank" role="alert">
      <Icon name="warning" />
      <h2>{uiWords().failed}</h2>
      <p>{problemText(error)}</p>
      {onAgain && <Button onClick={onAgain}>{uiWords().again}</Button>}
    </div>
  );
}

/** A sentence that must be seen, beside what it is about. */
export function Callout({
  tone = 'info',
  children,
}: {
  tone?: Exclude<Tone, 'plain'>;
  children: ComponentChildren;
}) {
  const icon = tone === 'good' ? 'check' : tone === 'info' ? 'info' : 'warning';
  return (
    <div class={`callout ${tone}`} role={tone === 'bad' ? 'alert' : undefined}>
      <Icon name={icon} />
      <div class="grow">{children}</div>
    </div>
  );
}

/** What was fetched, or the waiting, or the trouble. An older answer stays in sight while it is asked for again. */
export function Loaded<T>({
  remote,
  lines,
  children,
}: {
  remote: Remote<T>;
  lines?: number;
  children: (value: T) => ComponentChildren;
}) {
  const { value, error, isLoading, reload } = remote;
  if (value === undefined && error !== undefined)
    return <ErrorState error={error} onAgain={reload} />;
  if (value === undefined) return <Skeleton {...(lines === undefined ? {} : { lines })} />;
  return (
    <>
      {error !== undefined && !isLoading && <Callout tone="warn">{problemText(error)}</Callout>}
      {children(value)}
    </>
  );
}

/** One number and what it counts. Goes into a `<dl class="grid">`. */
export function Stat({
  label,
  value,
  note,
}: {
  label: string;
  value: ComponentChildren;
  note?: ComponentChildren;
}) {
  return (
    <div class="stat panel">
      <dt>{label}</dt>
      <dd>{value}</dd>
      {note !== undefined && <dd class="note">{note}</dd>}
    </div>
  );
}
