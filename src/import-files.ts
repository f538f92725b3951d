import dotenv from 'dotenv';
import { shippedAuthor } from './agent/script-catalogue.ts';
import { checkSettings } from './config.ts';
import { createClock } from './platform/clock.ts';
import { CodedError } from './platform/errors.ts';
import { createLog } from './platform/log.ts';
import { lockDirectory } from './storage/data-lock.ts';
import { type ImportCounts, importFiles } from './storage/file-import.ts';
import { makeDirectory, openFileStores } from './storage/file-stores.ts';
import { noteImported } from './storage/left-files.ts';
import { openDatabase } from './storage/postgres-database.ts';
import { openPostgresProfile } from './storage/postgres-profile.ts';

/** `npm run import-files`: with the server stopped, brings what its files hold into the database of `DATABASE_URL`. */
async function run(): Promise<string> {
  const { config } = checkSettings(process.env);
  const log = createLog('warn');
  const url = config.DATABASE_URL;
  if (!url)
    throw new CodedError('CONFIG_INVALID', 'DATABASE_URL is not set: nothing to import into');
  const { DATA_DIR: dataDirectory, RECORDINGS_DIR: recordingsDirectory } = config;
  const closers: (() => Promise<void>)[] = [];
  try {
    for (const directory of [recordingsDirectory, dataDirectory]) {
      await makeDirectory(directory);
      closers.push(await lockDirectory(directory));
    }
    const appointmentsDirectory = config.APPOINTMENTS_DIR;
    const from = await openFileStores({
      ...{ recordingsDirectory, appointmentsDirectory, dataDirectory, log },
    });
    closers.push(from.close);
    const to = await openPostgresProfile({ url, log, directory: dataDirectory });
    closers.push(to.close);
    const database = await openDatabase({ url, log });
    closers.push(() => database.close());
    const counts = await importFiles({
      ...{ from, to, database, nowMs: createClock().wallMs() },
      isUntouched: ({ by }) => by === shippedAuthor,
    });
    // An agenda that had to stay in its files goes on being told of.
    if (counts.reservations !== undefined) await noteImported(dataDirectory);
    return textOf(counts);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

function textOf({ reservations, ...counts }: ImportCounts): string {
  const agenda =
    reservations === undefined
      ? 'agenda: nada; o banco já tem uma agenda, e duas não podem virar uma só'
      : `agenda: ${counts.appointments} consultas, ${reservations} horários ocupados`;
  return `Trazido para o banco (o que já estava lá ficou como estava):
  ${agenda}
  pedidos à equipe: ${counts.requests}
  ligações: ${counts.calls}
  roteiros: ${counts.scripts}
  versões de clínicas: ${counts.clinicVersions}
  números que não querem contato: ${counts.optOuts}
  endereços de calendário: ${counts.calendarFeeds}
  usuários: ${counts.users} (todos precisam entrar de novo)
A trilha de auditoria anterior fica nos arquivos: npm run audit -- verify --files`;
}

dotenv.config({ quiet: true });
await run().then(console.log, (error: unknown) => {
  if (!(error instanceof CodedError)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
});
