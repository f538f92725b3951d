import type { Clock } from '../platform/clock.ts';
import type { ClinicProfile } from './clinic-profile.ts';
import { folded } from './script-answer.ts';
import type { Channel } from './tool.ts';
import { factsOf } from './tools/clinic-info.ts';
import { wordingFor } from './visit-words.ts';

/** Said where the clinic's file says nothing. */
const unknownFact = 'o que a recepção informar';

/** What stands in a script in braces → the clinic's own: `{endereço}`, `{horário}`, `{telefone}` … Others stay as they are. */
export function withClinicFacts(
  text: string,
  context: { clinic: ClinicProfile; channel: Channel; clock: Clock },
): string {
  if (!text.includes('{')) return text;
  const facts = factsOf(context.clinic, wordingFor(context), undefined);
  const known: Record<string, string | undefined> = {
    clinica: context.clinic.name,
    endereco: facts.address,
    horario: facts.hours,
    telefone: facts.phone,
    pagamento: facts.payment,
    convenios: facts.plans,
  };
  return text.replace(/\{(\p{L}{3,20})\}/gu, (whole, name: string) => {
    const key = folded(name);
    return Object.hasOwn(known, key) ? (known[key] ?? unknownFact) : whole;
  });
}
