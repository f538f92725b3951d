export type CsvCell = string | number | boolean | undefined;

/** What spreadsheets take for a formula, also behind spaces, and as full-width signs. */
const formula = /^\s*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/;

/** First line of a file that spreadsheets are to read as UTF-8. */
export const byteOrderMark = '\uFEFF';

/** One line of a CSV file, with its end. Text that would be a formula begins with an apostrophe; numbers stay numbers. */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(cellText).join(',')}\r\n`;
}

function cellText(cell: CsvCell): string {
  if (typeof cell !== 'string') return cell === undefined ? '' : String(cell);
  const text = (formula.test(cell) ? `'${cell}` : cell).replaceAll('\0', '');
  return /[",\r\n;]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}
