import { z } from 'zod';

const text = (most: number) => z.string().min(1).max(most);

/** Something a caller asked for that a person of the clinic has to do. Personal data lives here, never in logs. */
export const staffRequestSchema = z.strictObject({
  schemaVersion: z.literal(1),
  id: z.string().regex(/^[a-z2-7]{26}$/),
  /** Eight digits that the person is told. */
  protocol: z.string().regex(/^\d{8}$/),
  kind: z.enum(['exam-results', 'message', 'waiting-list']),
  status: z.enum(['open', 'done']),
  clinic: text(100),
  /** `staff`: written down by a person of the clinic. */
  channel: z.enum(['voice', 'whatsapp', 'web-chat', 'staff']),
  conversationId: text(100),
  /** ISO 8601, UTC. */
  timestamp: z.iso.datetime(),
  name: text(120),
  /** E.164. */
  phone: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/)
    .nullable(),
  cpf: z
    .string()
    .regex(/^\d{11}$/)
    .nullable(),
  /** Exams whose results are asked for, the message, or remarks. */
  text: text(1_000).nullable(),
  isUrgent: z.boolean(),
  /** Waiting list: ids and names as in the catalogue, and the caller's words about when. */
  wish: z
    .strictObject({
      service: text(200),
      serviceId: text(100),
      professional: text(200).nullable(),
      professionalId: text(100).nullable(),
      when: text(200).nullable(),
    })
    .nullable(),
  /** Who of the staff looks after it, or has done it. */
  taken: z.strictObject({ by: text(100), name: text(120), at: z.iso.datetime() }).exactOptional(),
  /** Milliseconds on the recording; null when nothing was recorded. */
  recordingMs: z.number().int().min(0).nullable(),
});

export type StaffRequest = z.output<typeof staffRequestSchema>;

/**
 * Keeps what staff have to do. Durable when `save` resolves; a driver that cannot write rejects with
 * STORE_WRITE_FAILED and has acknowledged nothing.
 */
export interface StaffRequestStore {
  /** Creates, never replaces. */
  save(request: StaffRequest): Promise<{ outcome: 'saved' | 'exists' }>;
  find(id: string): Promise<StaffRequest | undefined>;
  /** Newest first. */
  list(query: {
    clinic?: string;
    status?: StaffRequest['status'];
    limit: number;
  }): Promise<StaffRequest[]>;
  /** Replaces one by what `change` makes of it; id, clinic and timestamp stay. Durable when it resolves. `undefined`: there is no such request. */
  change(
    id: string,
    change: (kept: StaffRequest) => StaffRequest,
  ): Promise<StaffRequest | undefined>;
  /** Done, or open again; durable when it resolves. `undefined`: there is no such request. */
  setStatus(id: string, status: StaffRequest['status']): Promise<StaffRequest | undefined>;
}
