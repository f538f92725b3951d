import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { Button, IconButton } from './button.tsx';
import { uiWords } from './ui-words.ts';

interface DialogParts {
  title: string;
  /** Esc, the cross, and whatever else means “no”. */
  onClose: () => void;
  children: ComponentChildren;
  /** The buttons below, the main one last. */
  actions?: ComponentChildren;
  isWide?: boolean;
}

/** The browser's own modal: it keeps the focus inside and gives it back. Shown as long as it is drawn. */
export function Dialog({ title, onClose, children, actions, isWide = false }: DialogParts) {
  const frame = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const dialog = frame.current;
    const opener = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={frame}
      class={isWide ? 'dialog wide' : 'dialog'}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div class="dialog-head">
        <h2 id={id}>{title}</h2>
        <IconButton icon="close" label={uiWords().close} onClick={onClose} />
      </div>
      <div class="dialog-body stack">{children}</div>
      {actions && <div class="dialog-foot">{actions}</div>}
    </dialog>
  );
}

interface ConfirmParts {
  title: string;
  /** What will happen, and whether it can be taken back. */
  children: ComponentChildren;
  /** The word on the button: what it does, not “OK”. */
  action: string;
  look?: 'main' | 'danger';
  isBusy?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something that cannot simply be undone. */
export function Confirm({
  title,
  children,
  action,
  look = 'danger',
  isBusy = false,
  onConfirm,
  onClose,
}: ConfirmParts) {
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{uiWords().cancel}</Button>
          <Button look={look} isBusy={isBusy} onClick={onConfirm}>
            {action}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
