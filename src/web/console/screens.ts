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
    path: 'conversations',
    title: { pt: 'Conversas', en: 'Conversations' },
    about: {
      pt: 'WhatsApp e página: ler, assumir, escrever, devolver.',
      en: 'WhatsApp and web page: read, take over, write, give back.',
    },
    icon: 'chat',
    group: 'day',
    roles: everybody,
    load: () => import('./screens/conversations/conversations-screen.tsx'),
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

  {
    path: 'scripts',
    title: { pt: 'Roteiros', en: 'Scripts' },
    about: {
      pt: 'O que a assistente faz em cada pedido; experimente uma frase.',
      en: 'What the assistant does about each wish; try a phrase.',
    },
    icon: 'script',
    group: 'clinic',
    roles: everybody,
    load: () => import('./screens/scripts/scripts-screen.tsx'),
  },

  {
    path: 'clinic',
    title: { pt: 'Dados da clínica', en: 'Clinic data' },
    about: {
      pt: 'Horários, feriados, preços e saudação: rascunho, publicação e histórico.',
      en: 'Hours, holidays, prices and greeting: draft, publication and history.',
    },
    icon: 'clinic',
    group: 'clinic',
    roles: ['admin', 'auditor'],
    load: () => import('./screens/clinic/clinic-screen.tsx'),
  },

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

  {
    path: 'clinics',
    title: { pt: 'Clínicas', en: 'Clinics' },
    about: {
      pt: 'Cada clínica e seus números: atende ou não, e por quê; criar uma clínica.',
      en: 'Each clinic and its numbers: answered or not, and why; make a clinic.',
    },
    icon: 'clinic',
    group: 'house',
    roles: ['admin', 'auditor'],
    load: () => import('./screens/clinics/clinics-screen.tsx'),
  },

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

  {
    path: 'jobs',
    title: { pt: 'Tarefas', en: 'Tasks' },
    about: {
      pt: 'O que falhou ao guardar, responder ou enviar mensagens; tentar de novo.',
      en: 'What failed while keeping, answering or sending messages; try again.',
    },
    icon: 'undo',
    group: 'house',
    roles: ['admin'],
    load: () => import('./screens/jobs/jobs-screen.tsx'),
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
