import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import dotenv from 'dotenv';
import { checkSettings } from './config.ts';

const usage = `uso:
  npm run call-list -- <arquivo.csv> [opções]            importa um arquivo
  npm run call-list -- agenda <AAAA-MM-DD> [opções]      chama quem tem horário nesse dia
  npm run call-list -- status [id]                       todas as listas, ou uma linha por linha
  npm run call-list -- start|pause|stop <id>             começa (ou continua), pausa, encerra
opções: --clinic <id> --kind confirm|remind|custom --name <nome> --per-minute <1…60> --retries <0…2>
        --dry-run (só confere; nada é guardado)  --start (começa a ligar logo)
        --url <endereço do servidor>; a chave vem de API_KEY`;

/** A server that is asked for a list answers within this, ms: a file of 5,000 lines takes a second. */
const answerMs = 60_000;

/** What went to which stream, and whether it was done. */
interface Outcome {
  text: string;
  isGood: boolean;
}

const refused = (text: string): Outcome => ({ text, isGood: false });
const done = (text: string): Outcome => ({ text, isGood: true });

/** As the API tells it; `docs/dialling.md`. */
interface ListView {
  id: string;
  clinic: string;
  name: string;
  state: string;
  because?: string;
  rows: { line: number; state: string; result?: string; answer?: string }[] | { all: number };
  results: Record<string, number>;
  answers: Record<string, number>;
  problems: { line: number; reason: string }[] | number;
}

type Answer = { ok: true; body: unknown } | { ok: false; text: string };
type Ask = (path: string, body?: { type: string; content: string | Buffer }) => Promise<Answer>;

const options = {
  clinic: { type: 'string' },
  kind: { type: 'string' },
  name: { type: 'string' },
  'per-minute': { type: 'string' },
  retries: { type: 'string' },
  'dry-run': { type: 'boolean' },
  start: { type: 'boolean' },
  url: { type: 'string' },
} as const;

function argumentsIn(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch {
    return undefined;
  }
}
type Given = NonNullable<ReturnType<typeof argumentsIn>>;

async function run({ positionals, values }: Given, ask: Ask): Promise<Outcome> {
  const [command = '', what, ...rest] = positionals;
  if (command === '' || rest.length > 0) return refused(usage);
  if (command === 'status') return status(what, ask);
  const wish = wishes.get(command);
  if (wish) return what ? told(await ask(`/${what}/${wish}`, json({}))) : refused(usage);
  if (command === 'agenda')
    return what ? create(json(agendaWish(what, values)), '', values, ask) : refused(usage);
  if (what !== undefined) return refused(usage);
  const content = await readFile(command).catch(() => undefined);
  if (!content) return refused(`${command}: o arquivo não pode ser lido`);
  return create(
    { type: 'text/csv', content },
    `?${new URLSearchParams(settingsIn(values))}`,
    values,
    ask,
  );
}

const wishes: ReadonlyMap<string, string> = new Map([
  ['start', 'resume'],
  ['resume', 'resume'],
  ['pause', 'pause'],
  ['stop', 'stop'],
]);

function settingsIn(values: Given['values']): Record<string, string> {
  const { clinic, kind, name, retries } = values;
  const given = { clinic, kind, name, retries, perMinute: values['per-minute'] };
  const known = Object.entries(given).flatMap(([key, value]) => (value ? [[key, value]] : []));
  return {
    ...(Object.fromEntries(known) as Record<string, string>),
    ...(values['dry-run'] ? { dryRun: 'true' } : {}),
  };
}

const agendaWish = (day: string, values: Given['values']) => ({
  from: 'agenda',
  day,
  ...settingsIn(values),
});

const json = (body: object) => ({ type: 'application/json', content: JSON.stringify(body) });

async function create(
  body: { type: string; content: string | Buffer },
  query: string,
  values: Given['values'],
  ask: Ask,
): Promise<Outcome> {
  const made = await ask(query, body);
  if (!made.ok) return refused(made.text);
  const list = made.body as ListView;
  if (values['dry-run']) return done(`Conferido; nada foi guardado.\n${whole(list)}`);
  if (!values.start)
    return done(`${whole(list)}\nPara começar: npm run call-list -- start ${list.id}`);
  const begun = await told(await ask(`/${list.id}/resume`, json({})));
  return { ...begun, text: `${whole(list)}\n${begun.text}` };
}

async function status(id: string | undefined, ask: Ask): Promise<Outcome> {
  const answer = await ask(id === undefined ? '' : `/${id}`);
  if (!answer.ok) return refused(answer.text);
  if (id !== undefined) return done(whole(answer.body as ListView));
  const { lists } = answer.body as { lists: ListView[] };
  return done(lists.map(summary).join('\n') || 'Não há listas.');
}

function told(answer: Answer): Outcome {
  return answer.ok ? done(summary(answer.body as ListView)) : refused(answer.text);
}

function summary({ id, clinic, name, state, because, rows, results, answers }: ListView): string {
  const count = Array.isArray(rows) ? rows.length : rows.all;
  const why = because ? ` (${because})` : '';
  const tallies = [results, answers].map((tally) =>
    Object.entries(tally)
      .map(([word, times]) => `${word}: ${times}`)
      .join(', '),
  );
  return [id, clinic, name, `${state}${why}`, `${count} linhas`, ...tallies.filter(Boolean)].join(
    '  ',
  );
}

function whole(list: ListView): string {
  const rows = Array.isArray(list.rows) ? list.rows : [];
  const problems = Array.isArray(list.problems) ? list.problems : [];
  return [
    summary(list),
    ...rows.map(({ line, state, result, answer }) =>
      [`  linha ${line}`, state, result, answer].filter(Boolean).join('  '),
    ),
    ...problems.map(({ line, reason }) => `  linha ${line}  NÃO será chamada: ${reason}`),
  ].join('\n');
}

/** Asks the server's API. Never rejects. @param base address without a path */
function createAsk(base: string, key: string): Ask {
  return async (path, body) => {
    try {
      const reply = await fetch(`${base}/api/v1/call-lists${path}`, {
        method: body ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': body.type } : {}) },
        ...(body ? { body: new Blob([body.content]) } : {}),
        signal: AbortSignal.timeout(answerMs),
      });
      const answer: unknown = await reply.json();
      return reply.ok ? { ok: true, body: answer } : { ok: false, text: refusalIn(answer) };
    } catch {
      return { ok: false, text: `O servidor em ${base} não respondeu. Ele está no ar? Use --url.` };
    }
  };
}

function refusalIn(answer: unknown): string {
  const { error } = answer as {
    error?: { message?: string; problems?: { line: number; reason: string }[] };
  };
  const problems = (error?.problems ?? []).map(({ line, reason }) => `  linha ${line}: ${reason}`);
  return [error?.message ?? 'O servidor recusou o pedido.', ...problems].join('\n');
}

dotenv.config({ quiet: true });
const { config } = checkSettings(process.env);
const given = argumentsIn(process.argv.slice(2));
const base = (given?.values.url ?? `http://127.0.0.1:${config.PORT}`).replace(/\/+$/, '');
const { text, isGood } = !given
  ? refused(usage)
  : config.API_KEY === undefined
    ? refused('Defina API_KEY (no .env): a chave do servidor, ou uma com calls:create.')
    : await run(given, createAsk(base, config.API_KEY));
(isGood ? console.log : console.error)(text);
if (!isGood) process.exitCode = 1;
