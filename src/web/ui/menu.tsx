import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon, type IconName } from './icons.tsx';

export interface MenuItem {
  text: string;
  icon?: IconName;
  /** For choices: whether this one holds. */
  isChosen?: boolean;
  onChoose: () => void;
}

/** A button that opens a short list: arrows move, Enter chooses, Esc closes. */
export function Menu({
  label,
  children,
  items,
  look = 'quiet',
  side = 'right',
}: {
  /** Read aloud for the button. */
  label: string;
  children: ComponentChildren;
  items: readonly MenuItem[];
  look?: 'quiet' | 'plain';
  /** The edge it is aligned with. */
  side?: 'left' | 'right';
}) {
  const [isOpen, setOpen] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    if (isOpen) itemsIn(frame.current)[0]?.focus();
  }, [isOpen]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isOpen) return;
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
      return;
    }
    const next = nextByKey(event.key, itemsIn(frame.current));
    if (!next) return;
    event.preventDefault();
    next.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only watches over the button and the list inside.
    <div
      class="menu"
      ref={frame}
      role="presentation"
      onKeyDown={onKeyDown}
      onFocusOut={(event) => {
        const to = event.relatedTarget;
        if (!(to instanceof Node) || !frame.current?.contains(to)) setOpen(false);
      }}
    >
      <button
        ref={button}
        type="button"
        class={`button ${look}`}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        aria-label={label}
        title={label}
        onClick={() => setOpen(!isOpen)}
      >
        {children}
      </button>
      {isOpen && (
        <div id={id} role="menu" aria-label={label} class={`menu-list ${side}`}>
          {items.map((item) => (
            <button
              key={item.text}
              type="button"
              {...roleOf(item)}
              tabIndex={-1}
              onClick={() => {
                close();
                item.onChoose();
              }}
            >
              {item.icon && <Icon name={item.icon} />}
              <span class="grow">{item.text}</span>
              {item.isChosen && <Icon name="check" />}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function roleOf({ isChosen }: MenuItem) {
  if (isChosen === undefined) return { role: 'menuitem' } as const;
  return { role: 'menuitemradio', 'aria-checked': isChosen } as const;
}

function itemsIn(frame: HTMLElement | null): HTMLElement[] {
  return [...(frame?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];
}

/** Where an arrow, Home or End leads in a list, round its ends. */
function nextByKey(key: string, items: HTMLElement[]): HTMLElement | undefined {
  const at = items.indexOf(document.activeElement as HTMLElement);
  if (key === 'ArrowDown') return items[(at + 1) % items.length];
  if (key === 'ArrowUp') return items.at(at <= 0 ? -1 : at - 1);
  if (key === 'Home') return items[0];
  return key === 'End' ? items.at(-1) : undefined;
}
