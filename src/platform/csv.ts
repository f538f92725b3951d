/**
 * Lines of a CSV file for spreadsheets: semicolons, as Brazilian ones expect, and CRLF. What a spreadsheet would take for a
 * formula begins with an apostrophe instead; numbers stay numbers.
 */
export function csvText(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.map(csvCell).join(';')}\r\n`).join('');
}

function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value).replace('.', ',');
  // Signs of double width too: some programs take them for the plain ones.
  const plain = /^\s*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(value) ? `'${value}` : value;
  return /[";\r\n]/.test(plain) || plain !== value ? `"${plain.replaceAll('"', '""')}"` : plain;
}
