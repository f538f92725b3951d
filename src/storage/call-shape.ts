import { z } from 'zod';
import type { CallRecord } from '../call/call-record.ts';

/** The parts of a record that stores and their readers stand on; the rest is as it was saved. */
const recordShape = z.looseObject({
  schemaVersion: z.literal(1),
  id: z.string().regex(/^[a-z2-7]{26}$/),
  callSid: z.string().regex(/^[A-Za-z0-9]+$/),
  startedAt: z.iso.datetime(),
  state: z.enum(['live', 'ended', 'interrupted']),
  durationMs: z.number(),
  transcript: z.array(z.unknown()),
  tools: z.array(z.unknown()),
  appointments: z.array(z.string()),
  // Not in records of earlier versions.
  cancelled: z.array(z.string()).default([]),
  requests: z.array(z.string()).default([]),
  brokenPromises: z.array(z.unknown()).default([]),
  emergencies: z.array(z.unknown()).default([]),
});

/** @throws when it is no record of ours */
export function callRecordIn(value: unknown): CallRecord {
  return recordShape.parse(value) as unknown as CallRecord;
}
