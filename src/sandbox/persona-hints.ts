/** What the sandbox receptionist can read in the session's instructions: it is a reader of a few labels, not a model. */
export interface PersonaHints {
  clinic?: string;
  agent?: string;
  /** The conversation is written, not spoken. */
  isWritten: boolean;
  /** We rang. */
  isOutbound: boolean;
}

export function readPersona(instructions: string): PersonaHints {
  const clinic = findClinic(instructions);
  const agent =
    /(?:[Ss]eu nome é|[Vv]ocê é(?: [ao])?|[Vv]ocê se chama|^\W*(?:Agente|Assistente):)\s+(\p{Lu}\p{L}+)/mu.exec(
      instructions,
    )?.[1];
  const isWritten = /Você conversa (?:por WhatsApp|pelo chat)/.test(instructions);
  const isOutbound = /\bvocê quem ligou\b/.test(instructions);
  return { ...(clinic ? { clinic } : {}), ...(agent ? { agent } : {}), isWritten, isOutbound };
}

function findClinic(instructions: string): string | undefined {
  const labelled = /^\W*(?:Clínica|Nome da clínica|Empresa):\s*(.{2,60}?)\.?$/m.exec(instructions);
  if (labelled) return labelled[1];
  const served = /\b(?:assistente|atendente|recepcionista)[^.\n]*? d[aeo] ([^.\n]{2,60})\./.exec(
    instructions,
  );
  if (served) return served[1];
  return /\b(?:Clínica|Consultório|Instituto|Centro|Hospital|Espaço|Agenda)(?:\s+(?:(?:d[aeo]s?|e)\s+)?\p{Lu}[\p{L}]*)+/u.exec(
    instructions,
  )?.[0];
}
