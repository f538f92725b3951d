import type { ComponentType } from 'preact';
import type { Role } from '../../console/roles.ts';
import type { IconName } from '../ui/icons.tsx';
import type { Phrase } from '../ui/words.ts';

/** What a screen is given: the address below its own path. */
export interface ScreenParts {
  /** `/console/recordings/abc/notes` → `['abc', 'notes']`. */
  rest: readonly string[];
  query: URLSearchParams;
}

export interface Screen {
  /** First part of its address below `/console/`. */
  path: string;
  title: Phrase;
  /** One line for the start page: what it is for. */
  about: Phrase;
  icon: IconName;
  /** Where in the navigation; `none` is reached otherwise. */
  group: 'day' | 'clinic' | 'house' | 'none';
  /** Who may open it: the server asks again. */
  roles: readonly Role[];
  load: () => Promise<{ default: ComponentType<ScreenParts> }>;
}

const everybody: readonly Role[] = ['staff', 'admin', 'auditor'];

/** Every screen, in the order of the navigation. The first that somebody may open is where they begin. */
export const screens: readonly Screen[] = [
  {
    path: 'home',
    title: { pt: 'Início', en: 'Start' },
    about: { pt: 'Tudo o que você pode fazer aqui.', en: 'All that you can do here.' },
    icon: 'home',
    group: 'day',
    roles: everybody,
    load: () => import('./screens/home/home-screen.tsx'),
  },

  // live

  // agenda

  // requests

  // recordings

  // calls-out

  // softphone

  // scripts

  // clinic

  // numbers

  // users

  // audit
];

export function screensFor(role: Role): readonly Screen[] {
  return screens.filter(({ roles }) => roles.includes(role));
}
