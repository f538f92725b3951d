import { CsvError, parse } from 'csv-parse/sync';
import { mostRows } from './call-list-record.ts';

/** One line as it was written, not yet judged. */
export interface CsvRow {
  /** Where it ends in the file, from 1. */
  line: number;
  phone: string;
  name: string;
  message: string;
  appointment: string;
}

export type CsvAnswer =
  | { outcome: 'read'; rows: CsvRow[] }
  /** `message`: pt-BR. */
  | { outcome: 'refused'; code: 'invalid-csv' | 'too-many-rows' | 'no-rows'; message: string };

/** Longest line that is a person and not something else, characters. */
const longestRecord = 4_000;

/** Header names, without accents and in lower case. */
const columns: Readonly<Record<string, keyof Omit<CsvRow, 'line'>>> = {
  telefone: 'phone',
  celular: 'phone',
  fone: 'phone',
  nome: 'name',
  paciente: 'name',
  mensagem: 'message',
  motivo: 'message',
  agendamento: 'appointment',
};

/** A file as spreadsheets write it: UTF-8, UTF-16 with its mark or Windows-1252; `;`, `,` or tabs; a line of headers first. */
export function readCallListCsv(bytes: Uint8Array): CsvAnswer {
  const text = decoded(bytes);
  let records: { record: string[]; line: number }[];
  try {
    records = recordsOf(text);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === 'number' ? ` perto da linha ${error.lines}` : '';
    return refused('invalid-csv', `O arquivo não pôde ser lido${line}: confira as aspas.`);
  }
  const [header, ...rest] = records;
  const names = header?.record.map(plainName) ?? [];
  const places = names.map((name) => (Object.hasOwn(columns, name) ? columns[name] : undefined));
  if (!places.includes('phone') && !places.includes('appointment'))
    return refused(
      'invalid-csv',
      'A primeira linha deve ter os nomes das colunas: telefone, nome, mensagem, agendamento.',
    );
  if (rest.length > mostRows)
    return refused('too-many-rows', `São aceitas até ${mostRows} linhas por lista.`);
  if (rest.length === 0) return refused('no-rows', 'O arquivo não tem nenhuma linha de dados.');
  return { outcome: 'read', rows: rest.map(({ record, line }) => rowOf(record, line, places)) };
}

function recordsOf(text: string): { record: string[]; line: number }[] {
  const parsed: unknown = parse(text, {
    delimiter: delimiterOf(text),
    info: true,
    relaxColumnCount: true,
    relaxQuotes: true,
    skipEmptyLines: true,
    skipRecordsWithEmptyValues: true,
    trim: true,
    maxRecordSize: longestRecord,
    to: mostRows + 2,
  });
  return (parsed as { record: string[]; info: { lines: number } }[]).map(({ record, info }) => ({
    record,
    line: info.lines,
  }));
}

/** What the line of headers has most of. */
function delimiterOf(text: string): string {
  const [header = ''] = text.trimStart().split(/\r?\n/, 1);
  const times = (one: string) => header.split(one).length;
  return [';', '\t'].reduce((best, one) => (times(one) > times(best) ? one : best), ',');
}

function rowOf(
  record: readonly string[],
  line: number,
  places: readonly (keyof Omit<CsvRow, 'line'> | undefined)[],
): CsvRow {
  const row = { line, phone: '', name: '', message: '', appointment: '' };
  record.forEach((value, i) => {
    const place = places[i];
    // Two columns of one meaning: the first that says something.
    if (place !== undefined) row[place] ||= value;
  });
  return row;
}

function decoded(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function plainName(header: string): string {
  return header
    .normalize('NFD')
    .replace(/[^a-zA-Z]/g, '')
    .toLowerCase();
}

function refused(
  code: Extract<CsvAnswer, { outcome: 'refused' }>['code'],
  message: string,
): CsvAnswer {
  return { outcome: 'refused', code, message };
}
