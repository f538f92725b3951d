import type { ClinicAgenda } from '../agent/clinic-agenda.ts';
import type { BookableList } from './agenda-view.ts';

/** Pure: what the form offers, in the order of the clinic's file. */
export function bookableList({ clinic, bookables }: ClinicAgenda): BookableList {
  const { birthDate, rg, cpf, address } = clinic.booking.patientData;
  return {
    bookables: bookables.map((one) => ({
      id: one.id,
      serviceId: one.serviceId,
      service: one.serviceName,
      practitionerId: one.practitionerId,
      practitioner: one.practitionerName,
      priceCentavos: one.priceCentavos,
      durationMinutes: one.plan.needs.durationMinutes,
      rooms: one.plan.needs.resources.flat().flatMap(({ id }) => id.split('/room:')[1] ?? []),
      awaitsAnnouncement: one.awaitsAnnouncement,
    })),
    patientData: { birthDate, rg, cpf, address },
    payments: [...(clinic.payment?.methods ?? [])],
  };
}
