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

  {
    path: 'requests',
    title: { pt: 'Pedidos', en: 'Requests' },
    about: {
      pt: 'Resultados, recados e lista de espera.',
      en: 'Results, messages and the waiting list.',
    },
    icon: 'inbox',
    group: 'day',
    roles: everybody,
    load: () => import('./screens/requests/requests-screen.tsx'),
  },

  // recordings

  {
    path: 'calls-out',
    title: { pt: 'Ligar', en: 'Call out' },
    about: {
      pt: 'Uma pessoa, uma lista, e quem não quer ligações.',
      en: 'One person, a list, and who wants no calls.',
    },
    icon: 'phone',
    group: 'day',
    roles: everybody,
    load: () => import('./screens/calls-out/calls-out-screen.tsx'),
  },

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
