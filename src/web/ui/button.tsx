import type { ComponentChildren, JSX } from 'preact';
import { Icon, type IconName } from './icons.tsx';

type Native = Omit<
  JSX.IntrinsicElements['button'],
  'icon' | 'class' | 'className' | 'children' | 'size'
>;

interface ButtonParts extends Native {
  children: ComponentChildren;
  /** `main`: the one thing to do here; `danger`: takes something away; `quiet`: no frame. */
  look?: 'main' | 'danger' | 'quiet' | 'plain';
  icon?: IconName;
  /** What it started is not done: it cannot be pressed again. */
  isBusy?: boolean;
}

export function Button({
  children,
  look = 'plain',
  icon,
  isBusy = false,
  type = 'button',
  disabled,
  ...rest
}: ButtonParts) {
  return (
    <button
      {...rest}
      type={type}
      class={`button ${look}`}
      disabled={isBusy || disabled}
      aria-busy={isBusy ? 'true' : undefined}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

interface IconButtonParts extends Native {
  icon: IconName;
  /** Read aloud, and shown when pointed at. */
  label: string;
  look?: 'main' | 'danger' | 'quiet' | 'plain';
}

export function IconButton({
  icon,
  label,
  look = 'quiet',
  type = 'button',
  ...rest
}: IconButtonParts) {
  return (
    <button {...rest} type={type} class={`button square ${look}`} aria-label={label} title={label}>
      <Icon name={icon} />
    </button>
  );
}
