import { type Phrase, say } from '../../../ui/words.ts';

/** What rows say was done; of kinds that are not here, the code is shown. */
const actions: Readonly<Record<string, Phrase>> = {
  'session.begin': { pt: 'entrou', en: 'signed in' },
  'session.end': { pt: 'saiu', en: 'signed out' },
  'session.refuse': { pt: 'errou a senha', en: 'gave a wrong password' },
  'user.first': { pt: 'criou a primeira pessoa', en: 'made the first person' },
  'user.create': { pt: 'criou uma pessoa', en: 'made a person' },
  'user.change': { pt: 'mudou uma pessoa', en: 'changed a person' },
  'user.disable': { pt: 'desativou uma pessoa', en: 'disabled a person' },
  'user.enable': { pt: 'ativou uma pessoa', en: 'enabled a person' },
  'user.password': { pt: 'trocou a própria senha', en: 'changed their own password' },
  'user.password-reset': { pt: 'deu uma senha nova', en: 'gave a new password' },
  'audit.view': { pt: 'leu a trilha', en: 'read the trail' },
  'audit.export': { pt: 'baixou a trilha', en: 'downloaded the trail' },
  'trail.repair': { pt: 'encontrou a trilha danificada', en: 'found the trail damaged' },
  'call.list': { pt: 'viu a lista de chamadas', en: 'saw the list of calls' },
  'call.view': { pt: 'abriu uma chamada', en: 'opened a call' },
  'recording.play': { pt: 'ouviu uma gravação', en: 'played a recording' },
  'recording.download': { pt: 'baixou uma gravação', en: 'downloaded a recording' },
  'numbers.export': { pt: 'baixou os números', en: 'downloaded the numbers' },
  'agenda.view': { pt: 'viu a agenda', en: 'saw the agenda' },
  'agenda.block': { pt: 'bloqueou um horário', en: 'blocked a time' },
  'agenda.unblock': { pt: 'desbloqueou um horário', en: 'unblocked a time' },
  'appointment.view': { pt: 'abriu um agendamento', en: 'opened an appointment' },
  'appointment.book': { pt: 'agendou', en: 'booked' },
  'appointment.move': { pt: 'remarcou', en: 'moved an appointment' },
  'appointment.cancel': { pt: 'cancelou um agendamento', en: 'cancelled an appointment' },
  'appointment.search': { pt: 'procurou agendamentos', en: 'searched appointments' },
  'calendar.open': { pt: 'abriu um calendário externo', en: 'opened a calendar feed' },
  'calendar.close': { pt: 'fechou um calendário externo', en: 'closed a calendar feed' },
  'calendar.read': { pt: 'calendário externo foi lido', en: 'calendar feed was read' },
  'requests.view': { pt: 'viu os pedidos', en: 'saw the requests' },
  'waiting.view': { pt: 'viu a lista de espera', en: 'saw the waiting list' },
  'waiting.add': { pt: 'pôs na lista de espera', en: 'added to the waiting list' },
  'call-out.place': { pt: 'ligou para alguém', en: 'called somebody' },
  'call-out.view': { pt: 'viu uma ligação feita', en: 'saw a call that was made' },
  'calls-out.view': { pt: 'viu as ligações feitas', en: 'saw the calls that were made' },
  'call-list.create': { pt: 'enviou uma lista de ligações', en: 'uploaded a list of calls' },
  'call-list.view': { pt: 'viu uma lista de ligações', en: 'saw a list of calls' },
  'opt-outs.view': { pt: 'viu quem não quer ser chamado', en: 'saw who is not to be called' },
  'live.watch': { pt: 'acompanhou as chamadas ao vivo', en: 'watched live calls' },
  listen: { pt: 'ouviu uma chamada ao vivo', en: 'listened to a live call' },
  'softphone.call': { pt: 'ligou pelo softphone', en: 'called by the softphone' },
};

export function actionText(action: string): string {
  const phrase = actions[action];
  return phrase ? say(phrase) : action;
}
