import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Role } from '../../console/roles.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState, Skeleton } from '../ui/feedback.tsx';
import { say } from '../ui/words.ts';
import { router } from './router.ts';
import type { Screen, ScreenParts } from './screen.ts';
import { screens, screensFor } from './screens.ts';
import { words } from './words.ts';

/** The screen of this address, fetched when it is first opened. */
export function CurrentScreen({ role }: { role: Role }) {
  const w = words();
  const { segments, query } = router.place.value;
  const [first, ...rest] = segments;
  const open = screensFor(role);
  const wanted = first === undefined ? open[0] : screens.find(({ path }) => path === first);
  const title = wanted ? say(wanted.title) : w.unknownTitle;
  useEffect(() => {
    document.title = `${title} · ${w.product}`;
  }, [title, w.product]);
  if (!wanted) {
    return (
      <EmptyState icon="search" title={w.unknownTitle}>
        <p>{w.unknown}</p>
      </EmptyState>
    );
  }
  if (!wanted.roles.includes(role)) {
    return (
      <EmptyState icon="lock" title={w.forbiddenTitle}>
        <p>{w.forbidden}</p>
      </EmptyState>
    );
  }
  return (
    <>
      <Arrival title={title} path={wanted.path} />
      <Fetched key={wanted.path} screen={wanted} rest={rest} query={query} screens={open} />
    </>
  );
}

/** Tells screen readers where one has arrived, and starts the keyboard there; not at the first page. */
function Arrival({ title, path }: { title: string; path: string }) {
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    document.getElementById('content')?.focus();
  }, [path]);
  return (
    <p class="unseen" aria-live="polite">
      {title}
    </p>
  );
}

function Fetched({ screen, ...parts }: { screen: Screen } & ScreenParts) {
  const [Found, setFound] = useState<ComponentType<ScreenParts>>();
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    screen.load().then(
      (module) => setFound(() => module.default),
      () => setBroken(true),
    );
  }, [screen]);
  if (isBroken) {
    return (
      <EmptyState icon="warning" title={words().broken}>
        <Button onClick={() => location.reload()}>{words().reload}</Button>
      </EmptyState>
    );
  }
  return Found ? <Found {...parts} /> : <Skeleton lines={6} />;
}
