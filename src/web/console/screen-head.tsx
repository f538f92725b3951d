import type { ComponentChildren } from 'preact';

/** The title of a screen, and what can be done with all of it. */
export function ScreenHead({
  title,
  children,
}: {
  title: ComponentChildren;
  children?: ComponentChildren;
}) {
  return (
    <div class="screen-head">
      <h1>{title}</h1>
      {children && <div class="row">{children}</div>}
    </div>
  );
}
