import type { z } from 'zod';
import { hasCode } from '../platform/errors.ts';
import { problem } from '../platform/problem.ts';
import type { ConsoleReply } from './console-access.ts';
import { notWritten } from './desk-words.ts';

/** Refusals of the console's routes, each `{error: {code, message}}`. */

export function refuse(reply: ConsoleReply, status: number, code: string, message: string) {
  return reply.code(status).send(problem(code, message));
}

/** The same for what is not there and for what belongs to a clinic that they may not see. */
export function refuseUnknown(reply: ConsoleReply) {
  return refuse(reply, 404, 'not-found', 'Não há nada com este identificador.');
}

/** @param fields what to do about each, by its name */
export function refuseFields(reply: ConsoleReply, fields: Record<string, string>) {
  const { error } = problem('invalid-fields', 'Confira os campos marcados.');
  return reply.code(422).send({ error: { ...error, fields } });
}

/** What was asked, or nothing when it was refused. */
export function parsed<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  reply: ConsoleReply,
): z.output<Schema> | undefined {
  const answer = schema.safeParse(value);
  if (answer.success) return answer.data;
  const [issue] = answer.error.issues;
  const field = issue?.path.join('.');
  refuse(
    reply,
    400,
    'invalid-request',
    field ? `O campo “${field}” está faltando ou errado.` : 'O pedido não pôde ser lido.',
  );
  return undefined;
}

/** A disk that does not take it is told as such: the answer of anything else is not known to be wrong. */
export async function written<T>(reply: ConsoleReply, work: () => Promise<T>) {
  try {
    return await work();
  } catch (error) {
    if (!hasCode(error, 'STORE_WRITE_FAILED')) throw error;
    return refuse(reply, 503, 'not-written', notWritten);
  }
}
