import { type AuditHead, decodeRow, firstHash } from './audit-record.ts';

/** The first line that is not as it was written, or that does not follow the one before it. */
export interface ChainFault {
  file: string;
  /** From 1. */
  line: number;
  reason: string;
}

export interface ChainCheck {
  /** One line after another, in order. @returns what is wrong with it */
  take(text: string, at: { file: string; line: number }): ChainFault | undefined;
  /** @returns what is missing behind the last line */
  end(): string | undefined;
  /** The newest good row. */
  head(): AuditHead;
}

/**
 * Walks a trail from its first row. Reasons are plain Portuguese, for whoever runs the command.
 * @param heads written down elsewhere while the trail grew
 */
export function createChainCheck(heads: readonly AuditHead[]): ChainCheck {
  const known = new Map(heads.map(({ seq, hash }) => [seq, hash]));
  const newest = heads.reduce((most, { seq }) => Math.max(most, seq), 0);
  let last: AuditHead = { seq: 0, hash: firstHash };
  return {
    take(text, at) {
      const decoded = decodeRow(text);
      if (!decoded) return { ...at, reason: 'a linha não está como foi escrita' };
      const { row, hash } = decoded;
      if (row.seq !== last.seq + 1) return { ...at, reason: gapBetween(last.seq, row.seq) };
      if (row.prev !== last.hash)
        return { ...at, reason: 'a linha não continua a anterior: uma das duas foi trocada' };
      if ((known.get(row.seq) ?? hash) !== hash)
        return {
          ...at,
          reason: 'a trilha foi reescrita: a linha não confere com a marca guardada',
        };
      last = { seq: row.seq, hash };
      return undefined;
    },
    end: () =>
      newest > last.seq
        ? `faltam no fim as linhas ${last.seq + 1} a ${newest}, que uma marca guardada conhece`
        : undefined,
    head: () => last,
  };
}

function gapBetween(last: number, next: number): string {
  return next > last
    ? `faltam antes dela as linhas ${last + 1} a ${next - 1}`
    : `a linha ${next} aparece fora de ordem, depois da ${last}`;
}
