import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** A password is one line; more is somebody's whole file. */
const longestInput = 4_096;

/** Asked twice without being shown; from a pipe, its first line. @returns nothing when the two differ */
export async function readPassword(): Promise<string | undefined> {
  if (!process.stdin.isTTY) return firstLine();
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    process.stderr.write('Senha: ');
    const first = await lines.question('');
    process.stderr.write('\nDe novo: ');
    const second = await lines.question('');
    process.stderr.write('\n');
    return first === second ? first : undefined;
  } finally {
    lines.close();
  }
}

async function firstLine(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.includes('\n') || text.length > longestInput) break;
  }
  return text.split(/\r?\n/, 1)[0] ?? '';
}
