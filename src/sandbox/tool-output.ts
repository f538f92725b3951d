import type { Field } from './utterance.ts';

/** A free time a tool offered. */
export interface OfferedTime {
  slot: string;
  /** `YYYY-MM-DD` and `HH:MM`. */
  date: string;
  time: string;
  spoken: string;
  service: string;
  practitioner: string;
}

/** An appointment a tool showed. */
export interface FoundAppointment {
  appointment: string;
  date: string;
  time: string;
  spoken: string;
  service: string;
  professional: string;
}

/** What the receptionist understands of a tool's answer. */
export interface ToolOutput {
  ok: boolean;
  code: string;
  /** Speakable Portuguese; '' when there is none. */
  message: string;
  field?: Field;
  slots: OfferedTime[];
  appointments: FoundAppointment[];
  /** Names to choose from: what an ambiguous word may mean, or what comes closest to an unknown one. */
  names: string[];
}

const fieldNames: Record<Field, true> = {
  service: true,
  practitioner: true,
  when: true,
  method: true,
  cash_amount: true,
  patient_name: true,
  birth_date: true,
  rg: true,
  cpf: true,
  address: true,
  phone: true,
  email: true,
  exams: true,
  message: true,
  code: true,
};
/** Written for a model, not for a caller. */
const unspeakable =
  /^(?:invalid-arguments|unknown-tool|repeated-call|too-many-calls|failed|timeout|output-too-large)$/;

/** Reads a tool's JSON; of a text that was cut short, what is whole. */
export function readToolOutput(output: string): ToolOutput {
  const parsed = asRecord(parseJson(output)) ?? salvage(output);
  const code = text(parsed.code);
  const refused = parsed.ok !== true || parsed.error !== undefined;
  const named = parsed.field === 'name' ? 'patient_name' : text(parsed.field);
  const names = [parsed.options, parsed.closest].find(Array.isArray) ?? [];
  return {
    ok: !refused,
    code,
    message: unspeakable.test(code) ? '' : text(parsed.message),
    ...(isField(named) ? { field: named } : {}),
    slots: list(parsed.slots)
      .map(toOfferedTime)
      .filter(({ slot }) => slot !== ''),
    appointments: list(parsed.appointments)
      .map(toAppointment)
      .filter(({ appointment }) => appointment !== ''),
    names: names.filter((name: unknown) => typeof name === 'string'),
  };
}

const isField = (name: string): name is Field => Object.hasOwn(fieldNames, name);
const text = (value: unknown) => (typeof value === 'string' ? value.trim() : '');
const list = (value: unknown) =>
  (Array.isArray(value) ? value : []).map((one) => asRecord(one) ?? {});

function toOfferedTime(one: Record<string, unknown>): OfferedTime {
  const { slot, date, time, spoken, service, practitioner } = one;
  return {
    slot: text(slot),
    date: text(date),
    time: text(time),
    spoken: text(spoken),
    service: text(service),
    practitioner: text(practitioner),
  };
}

function toAppointment(one: Record<string, unknown>): FoundAppointment {
  const { appointment, date, time, spoken, service, professional } = one;
  return {
    appointment: text(appointment),
    date: text(date),
    time: text(time),
    spoken: text(spoken),
    service: text(service),
    professional: text(professional),
  };
}

/** Notes after a reconnection are cut at a length: their parts are still good. */
function salvage(output: string): Record<string, unknown> {
  const piece = (name: string) =>
    parseJson(new RegExp(`"${name}":("(?:[^"\\\\]|\\\\.)*")`).exec(output)?.[1] ?? '""');
  const rows = (name: string) =>
    (output.match(new RegExp(`\\{"${name}":[^{}[\\]]*\\}`, 'g')) ?? []).map(parseJson);
  return {
    ok: output.includes('"ok":true'),
    code: piece('code'),
    message: piece('message'),
    field: piece('field'),
    slots: rows('slot'),
    appointments: rows('appointment'),
  };
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

export function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
