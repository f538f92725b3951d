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
  {
    path: 'users',
    title: { pt: 'Pessoas', en: 'People' },
    about: {
      pt: 'Quem pode entrar no console, com que função e em que clínicas.',
      en: 'Who may sign in to the console, in which role and for which clinics.',
    },
    icon: 'people',
    group: 'house',
    roles: ['admin', 'auditor'],
    load: () => import('./screens/users/users-screen.tsx'),
  },

  // audit
  {
    path: 'audit',
    title: { pt: 'Trilha', en: 'Trail' },
    about: {
      pt: 'Quem viu, ouviu, baixou e mudou o quê.',
      en: 'Who saw, heard, downloaded and changed what.',
    },
    icon: 'trail',
    group: 'house',
    roles: ['admin', 'auditor'],
    load: () => import('./screens/audit/audit-screen.tsx'),
  },
];

export function screensFor(role: Role): readonly Screen[] {
  return screens.filter(({ roles }) => roles.includes(role));
}
