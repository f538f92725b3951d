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

  {
    path: 'live',
    title: { pt: 'Ao vivo', en: 'Live' },
    about: {
      pt: 'As ligações em andamento: acompanhar, ouvir, ajudar, assumir.',
      en: 'Calls in progress: follow, listen, help, take over.',
    },
    icon: 'live',
    group: 'day',
    roles: everybody,
    load: () => import('./screens/live/live-screen.tsx'),
  },

  {
    path: 'agenda',
    title: { pt: 'Agenda', en: 'Agenda' },
    about: {
      pt: 'Dia e semana, agendar, remarcar e cancelar.',
      en: 'Day and week, book, move and cancel.',
    },
    icon: 'calendar',
    group: 'day',
    roles: everybody,
    load: () => import('./screens/agenda/agenda-screen.tsx'),
  },

  // requests

  // recordings

  // calls-out

  {
    path: 'softphone',
    title: { pt: 'Softphone', en: 'Softphone' },
    about: {
      pt: 'Falar com a assistente por esta página, como quem liga.',
      en: 'Speak with the assistant from this page, like a caller.',
    },
    icon: 'headset',
    group: 'day',
    roles: ['staff', 'admin'],
    load: () => import('./screens/softphone/softphone-screen.tsx'),
  },

  // scripts

  // clinic

  // numbers

  // users

  // audit
];

export function screensFor(role: Role): readonly Screen[] {
  return screens.filter(({ roles }) => roles.includes(role));
}
