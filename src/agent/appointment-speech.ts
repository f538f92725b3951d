import type { Appointment } from '../scheduling/appointment.ts';
import type { ToolContext } from './tool.ts';
import { bookedText } from './visit-summary.ts';
import { wordingFor } from './visit-words.ts';

/**
 * `Consulta de Cardiologia com Dr. …, segunda-feira, dia trinta de novembro, às duas da tarde`. Nothing that identifies
 * the patient is in it.
 */
export function appointmentWords(appointment: Appointment, context: ToolContext): string {
  const wording = wordingFor(context);
  const { items, service, professional, day, time } = appointment;
  if (items.length > 0) return bookedText(appointment, wording, context.clinic.timeZone);
  // Written before visits had items, or by hand.
  const who = professional ? ` com ${professional}` : '';
  return `${service ?? 'Atendimento'}${who}, ${wording.day(day)}, ${wording.at(time)}`;
}
