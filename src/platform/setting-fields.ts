import { z } from 'zod';

/** Small shapes that settings are made of. */

export const text = z.string().trim().min(1);
export const e164 = z
  .string()
  .regex(/^\+[1-9]\d{6,14}$/, 'must be a number in E.164 form, like +551140001234');
export const url = (...protocols: string[]) =>
  text.refine((value) => protocols.includes(protocolOf(value)), {
    message: `must be an address starting with ${protocols.map((p) => `${p}//`).join(' or ')}`,
  });
/** Addresses are built by appending a path, so nothing may follow or precede host and path. */
export const origin = url('http:', 'https:').refine((value) => !/[?#]|\/\/[^/]*@/.test(value), {
  message: 'must not carry a query, a fragment, a user or a password',
});
/** As browsers name a site: scheme, host and port. */
export const origins = z.string().transform((value, context) => {
  const sites = value.split(',').map((one) => one.trim());
  if (sites.every((one) => URL.canParse(one) && new URL(one).origin === one && one !== 'null'))
    return sites;
  context.addIssue('must be sites like https://www.clinica.com.br, without a path');
  return z.NEVER;
});
export const count = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.coerce.number({ error }).int(error).min(least, error).max(most, error);
};
export const choice = <const T extends readonly string[]>(...options: T) =>
  z.enum(options, `must be one of ${options.join(', ')}`);

function protocolOf(value: string): string {
  try {
    return new URL(value).protocol;
  } catch {
    return '';
  }
}
