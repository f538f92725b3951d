import { z } from 'zod';
import type { FrontDesk } from '../front-desk.ts';
import { parseCode } from '../language/document-number.ts';
import { defineTool, refused, type Tool, type ToolAnswer } from '../tool.ts';
import { codeDigits } from '../verification-codes.ts';

const schema = z.strictObject({
  code: z.string().max(200).describe('O código, como a pessoa disse.'),
});

/** Level 3: what the code opens is then shown by `find_appointments`. */
export function createCheckCode(desk: FrontDesk): Tool {
  return defineTool({
    name: 'check_code',
    description:
      'Confere o código de seis dígitos que a pessoa recebeu. Se "ok" for true, chame find_appointments de novo.',
    schema,
    run({ code }, { conversationId }) {
      const reading = parseCode(code, codeDigits);
      // Not heard whole: asked again without using up a try.
      if (reading.kind !== 'number') return unclearCode;
      const checked = desk.codes.check({ conversationId, code: reading.digits });
      if (checked === 'wrong') {
        desk.metrics.count('authz_denied_total', { tool: 'check_code' });
        return wrongCode;
      }
      desk.state.verifiedPatients.add(checked.patient);
      return rightCode;
    },
  });
}

const rightCode: ToolAnswer = {
  outcome: 'ok',
  output: { ok: true, message: 'O código está certo.' },
};

const unclearCode = refused({
  code: 'invalid-code',
  field: 'code',
  message: 'O código tem seis números. Pode repetir, um por um, devagar?',
});

const wrongCode = refused({
  code: 'wrong-code',
  field: 'code',
  message:
    'Esse código não confere ou já não vale mais. Pode conferir e repetir, pedir outro código, ou falar com a recepção.',
});
