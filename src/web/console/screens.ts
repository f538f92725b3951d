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

  {
    path: 'recordings',
    title: { pt: 'Gravações', en: 'Recordings' },
    about: {
      pt: 'Achar uma ligação, ler o que foi dito e ouvir.',
      en: 'Find a call, read what was said, and listen.',
    },
    icon: 'recording',
    group: 'day',
    roles: everybody,
    load: () => import('./screens/recordings/recordings-screen.tsx'),
  },

  // calls-out

  // softphone

  // scripts

  // clinic

  {
    path: 'numbers',
    title: { pt: 'Números', en: 'Numbers' },
    about: {
      pt: 'Ligações, agendamentos, espera e custo por dia.',
      en: 'Calls, bookings, waiting and cost per day.',
    },
    icon: 'numbers',
    group: 'clinic',
    roles: everybody,
    load: () => import('./screens/numbers/numbers-screen.tsx'),
  },

  // users

  // audit
];

export function screensFor(role: Role): readonly Screen[] {
  return screens.filter(({ roles }) => roles.includes(role));
}
