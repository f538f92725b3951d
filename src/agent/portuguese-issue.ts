import type { z } from 'zod';

type RawIssue = z.core.$ZodRawIssue;

const kinds: Record<string, string> = {
  string: 'um texto',
  number: 'um número',
  int: 'um número inteiro',
  boolean: 'true ou false',
  array: 'uma lista',
  tuple: 'uma lista',
  object: 'um bloco de campos',
};

/** Longest piece of someone else's text repeated in a reason. */
const longestQuote = 40;

/**
 * Why a value was refused, in plain Portuguese, for schemas that say nothing better themselves.
 * Pass it as `{ error: portugueseIssue }` to `safeParse`; nothing global is set.
 */
export function portugueseIssue(issue: RawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'falta este campo'
        : `precisa ser ${kinds[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `precisa ser ${issue.values.map(String).join(' ou ')}`;
    case 'unrecognized_keys':
      return `campo desconhecido: ${issue.keys.map((key) => key.slice(0, longestQuote)).join(', ')}`;
    case 'too_small':
      return sizeReason(issue.origin, 'pelo menos', Number(issue.minimum));
    case 'too_big':
      return sizeReason(issue.origin, 'no máximo', Number(issue.maximum));
    case 'invalid_union':
      return 'valor não aceito aqui';
    default:
      return 'valor em formato não aceito';
  }
}

function sizeReason(origin: string, bound: string, size: number): string {
  if (origin === 'string') {
    return size === 1 && bound === 'pelo menos'
      ? 'não pode ficar vazio'
      : `precisa ter ${bound} ${size} caracteres`;
  }
  if (origin === 'array') return `precisa ter ${bound} ${size} ${size === 1 ? 'item' : 'itens'}`;
  return `precisa ser ${bound} ${size}`;
}
