import { z } from 'zod';
import { text } from './clinic-fields.ts';

/** Characters of the clinic's own wording: about twenty seconds of speech. */
const longestWording = 280;

/** How a clinic comes to record a call, and what becomes of a recording that a caller does not want. */
export const consentSchema = z
  .strictObject({
    /** `notice`: recorded once the notice was heard to its end. `question`: recorded only after a spoken yes. */
    policy: z.enum(['notice', 'question']).default('notice'),
    /** Said instead of the standard wording, word for word. */
    wording: text
      .max(longestWording)
      .refine((wording) => /grava/i.test(wording), 'precisa dizer que a ligação é gravada')
      .optional(),
    /** Kept with every answer, so that it is known what was heard: change it with the wording. */
    wordingVersion: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{0,40}$/, 'letras minúsculas, números, pontos e hífens')
      .optional(),
    /** The call goes on; nothing of it is recorded. */
    onRefusal: z.literal('unrecorded').default('unrecorded'),
    /** What was recorded before a caller asked to stop. Who asks for its deletion gets it either way. */
    earlierAudio: z.enum(['delete', 'keep']).default('delete'),
    /** Whether the words of a call are kept that is not recorded. Appointments and requests always are. */
    transcript: z.boolean().default(true),
  })
  .superRefine(({ policy, wording, wordingVersion }, context) => {
    const issue = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (wording && !wordingVersion) issue('wordingVersion', 'falta a versão do texto da clínica');
    if (!wording && wordingVersion) issue('wordingVersion', 'só com um texto (“wording”) próprio');
    if (wording && policy === 'question' && !wording.endsWith('?'))
      issue('wording', 'precisa terminar com a pergunta');
  });
export type ConsentSetting = z.output<typeof consentSchema>;

/** Changes whenever one of the standard wordings does. */
const standardVersion = 'padrao-1';

const standardWordings: Record<ConsentSetting['policy'], string> = {
  notice: 'Esta ligação pode ser gravada.',
  question: 'Posso gravar esta ligação, para a segurança do seu atendimento? Sim ou não?',
};

/** What is told again when the first telling was cut off: it is shipped as audio, so that its every word is certain. */
export function standardConsentWording(policy: ConsentSetting['policy']): {
  text: string;
  version: string;
} {
  return { text: standardWordings[policy], version: `${standardVersion}-${policy}` };
}

/** What is said before anything is recorded, and the version that is kept as evidence. */
export function consentWording({ policy, wording, wordingVersion }: ConsentSetting): {
  text: string;
  version: string;
} {
  const standard = standardConsentWording(policy);
  return { text: wording ?? standard.text, version: wordingVersion ?? standard.version };
}
