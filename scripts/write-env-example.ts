import { argv, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { settings } from '../src/config.ts';

/** Characters in a comment line, so that the file reads well in a terminal. */
const widest = 100;

/** The text of `.env.example`: each setting once, in the order of `settings`, with meaning and default. */
export function envExample(): string {
  const heading =
    'Copy to .env. Written by scripts/write-env-example.ts from src/config.ts: change it there. ' +
    'An empty value is the same as none. With no OPENAI_API_KEY and no TWILIO_AUTH_TOKEN the server is a sandbox.';
  const entries = Object.entries(settings).map(([name, setting]) =>
    [...comment(setting.meaning), `${name}=${'default' in setting ? setting.default : ''}`].join(
      '\n',
    ),
  );
  return `${[comment(heading).join('\n'), ...entries].join('\n\n')}\n`;
}

function comment(sentence: string): string[] {
  const lines: string[] = ['#'];
  for (const word of sentence.split(' ')) {
    const line = `${lines.at(-1)} ${word}`;
    if (line.length <= widest) lines[lines.length - 1] = line;
    else lines.push(`# ${word}`);
  }
  return lines;
}

if (argv[1] === fileURLToPath(import.meta.url)) stdout.write(envExample());
