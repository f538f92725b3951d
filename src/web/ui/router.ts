import { signal } from '@preact/signals';

/** Where somebody is below a page's base: `/recordings/abc?at=12` is `['recordings', 'abc']` and a query. */
export interface Place {
  segments: readonly string[];
  query: URLSearchParams;
}

/** Addresses of one page, by the history of the browser. */
export interface Router {
  readonly place: { readonly value: Place };
  /** The full address of a path below the base, for links. */
  href(path: string): string;
  go(path: string): void;
  /** Changes the address without a step in the history, like a filter that is being typed. */
  replace(path: string): void;
}

export function createRouter(base: string): Router {
  const place = signal(readPlace(base));
  const look = () => {
    place.value = readPlace(base);
  };
  const href = (path: string) => `${base}${path}`;
  const go = (path: string) => {
    history.pushState(null, '', href(path));
    look();
    scrollTo(0, 0);
  };
  addEventListener('popstate', look);
  document.addEventListener('click', (event) => {
    const path = ownPath(event, base);
    if (path === undefined) return;
    event.preventDefault();
    go(path);
  });
  return {
    place,
    href,
    go,
    replace(path) {
      history.replaceState(null, '', href(path));
      look();
    },
  };
}

function readPlace(base: string): Place {
  const path = location.pathname.slice(base.length);
  const segments = path.split('/').filter(Boolean).map(decoded);
  return { segments, query: new URLSearchParams(location.search) };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The path below the base that a plain click leads to; nothing when the browser should follow the link itself. */
function ownPath(event: MouseEvent, base: string): string | undefined {
  if (event.defaultPrevented || event.button !== 0) return undefined;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return undefined;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link?.href || link.target || link.hasAttribute('download')) return undefined;
  const { origin, pathname, search, hash } = new URL(link.href);
  const isOwn = pathname === base || pathname.startsWith(`${base}/`);
  if (origin !== location.origin || !isOwn || pathname.startsWith(`${base}/api/`)) return undefined;
  if (hash && pathname === location.pathname) return undefined;
  return `${pathname.slice(base.length)}${search}`;
}
