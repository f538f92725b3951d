import type { Role } from '../../console/roles.ts';
import type { Screen } from './screen.ts';

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
