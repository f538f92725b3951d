/** What the sandbox receptionist can read in the session's instructions: it is a reader of a few labels, not a model. */
export interface PersonaHints {
  /** `YYYY-MM-DD` at the clinic. */
  today: string;
  clinic?: string;
  agent?: string;
  callerPhone?: string;
}

/** Brazil's most common offset, used when the instructions do not say what time it is. */
const fallbackOffsetMs = -3 * 3_600_000;

/** @param wallMs epoch ms, used only without a line `Agora: <ISO 8601 with offset>`. */
export function readPersona(instructions: string, wallMs: number): PersonaHints {
  const now = /^\W*Agora:\s*(\d{4}-\d{2}-\d{2})T/m.exec(instructions)?.[1];
  const clinic = findClinic(instructions);
  const agent =
    /(?:[Ss]eu nome é|[Vv]ocê é(?: [ao])?|[Vv]ocê se chama|^\W*(?:Agente|Assistente):)\s+(\p{Lu}\p{L}+)/mu.exec(
      instructions,
    )?.[1];
  const callerPhone =
    /^.*(?:quem liga|caller|[Nn]úmero d[eo] (?:quem|cliente|paciente)).*?(\+55\d{10,11})/mu.exec(
      instructions,
    )?.[1];
  return {
    today: now ?? new Date(wallMs + fallbackOffsetMs).toISOString().slice(0, 10),
    ...(clinic ? { clinic } : {}),
    ...(agent ? { agent } : {}),
    ...(callerPhone ? { callerPhone } : {}),
  };
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

const knowledge: [RegExp, RegExp][] = [
  [/onde fica|endere[cç]o|como cheg/i, /^\W*Endereço[^:\n]*:\s*(.+)$/im],
  [
    /que horas (?:abre|fecha)|hor[aá]rio de|abrem|fecham|funciona/i,
    /^\W*(?:Hor[aá]rio|Funcionamento)[^:\n]*:\s*(.+)$/im,
  ],
  [/quanto|pre[cç]o|valor/i, /^\W*(?:Pre[cç]os?|Valor(?:es)?)[^:\n]*:\s*(.+)$/im],
  [
    /conv[eê]nio|plano|cart[aã]o|pix|pagamento/i,
    /^\W*(?:Conv[eê]nios?|Pagamento|Formas de pagamento)[^:\n]*:\s*(.+)$/im,
  ],
];
/** Characters of one answer read from the instructions: a caller should not hear a page. */
const longestAnswer = 160;

/** The labelled line of the instructions that answers a common question, if there is one. */
export function findAnswer(question: string, instructions: string): string | undefined {
  for (const [asked, label] of knowledge) {
    const answer = asked.test(question) ? label.exec(instructions)?.[1]?.trim() : undefined;
    if (answer) return answer.slice(0, longestAnswer).replace(/\.?$/, '.');
  }
  return undefined;
}
