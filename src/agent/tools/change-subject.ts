import { z } from 'zod';
import type { ScriptNotebook } from '../script-notebook.ts';
import { defineTool, type Tool } from '../tool.ts';

const schema = z.strictObject({
  subject: z
    .string()
    .min(1)
    .max(300)
    .describe('O que a pessoa quer agora, em poucas palavras, como “marcar consulta”.'),
});

/** Out of the script in use, into the one for what the person wants now, or into none: no script keeps anybody from anything. */
export function createChangeSubject(notebook: ScriptNotebook): Tool {
  return defineTool({
    name: 'change_subject',
    description:
      'A pessoa quer outra coisa, que não é deste roteiro ou de que estas ferramentas não dão conta: troca de roteiro e de ferramentas.',
    schema,
    async run({ subject }) {
      const script = await notebook.changeSubject(subject);
      return { outcome: 'ok', output: { ok: true, script } };
    },
  });
}
