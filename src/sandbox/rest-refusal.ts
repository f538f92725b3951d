/** Fields of a form, as the parser gives them. */
export type Params = Record<string, string | string[] | undefined>;

/** A request that Twilio answers with an error. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: number;
  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function notFound(): never {
  throw new Refusal(404, 20404, 'The requested resource was not found');
}

export function first(value: Params[string]): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
