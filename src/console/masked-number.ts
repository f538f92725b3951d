/** Enough to know a number again, too little to ring it: `+55 88 •••••-1234`. Null for who hides it. */
export function maskedNumber(numberE164: string): string | null {
  const brazilian = /^\+55(\d{2})(\d{4,5})(\d{4})$/.exec(numberE164);
  if (brazilian) {
    const [, area, middle = '', end] = brazilian;
    return `+55 ${area} ${'•'.repeat(middle.length)}-${end}`;
  }
  const other = /^\+(\d{1,2})\d+(\d{4})$/.exec(numberE164);
  return other ? `+${other[1]} ••••${other[2]}` : null;
}
