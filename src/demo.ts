import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import dotenv from 'dotenv';
import { methodNames } from './agent/payment-names.ts';
import { greetingFor } from './agent/persona.ts';
import { type App, buildApp } from './app.ts';
import type { CallEvent } from './call/call-event.ts';
import type { CallRecord } from './call/call-record.ts';
import { type Config, readConfig } from './config.ts';
import { createClock } from './platform/clock.ts';
import { CodedError } from './platform/errors.ts';
import { createLog } from './platform/log.ts';
import { createPatient } from './sandbox/patient.ts';
import { bookingCallerE164, bookingScript } from './sandbox/patient-scripts.ts';
import type { Appointment } from './scheduling/appointment.ts';
import { parseAppointment } from './scheduling/appointment-store.ts';

/** The demo's call lasts some three minutes; one that takes longer than this has gone wrong. */
const longestDemoMs = 420_000;

/** Names that would make this a live server: the demo never spends anybody's money. */
const liveNames = ['OPENAI_API_KEY', 'TWILIO_AUTH_TOKEN', 'PUBLIC_URL'];

dotenv.config({ quiet: true });

async function main(): Promise<void> {
  const environment = { ...process.env };
  for (const name of liveNames) delete environment[name];
  const config = await onFreePort(readConfig(environment));
  const clock = createClock(config.SANDBOX_NOW ? Date.parse(config.SANDBOX_NOW) : undefined);
  const log = createLog(environment.LOG_LEVEL ? config.LOG_LEVEL : 'warn');
  const app = await buildApp(config, { clock, log });
  const address = await app.listen();
  const stop = () => app.stop(Promise.resolve()).then(() => process.exit(0));
  process.once('SIGINT', () => void stop());
  process.once('SIGTERM', () => void stop());

  say(`Alô Clínica — demonstração sem contas: tudo fica nesta máquina (${address}).`);
  say('Um paciente simulado liga para a clínica. A conversa acontece em tempo real:\n');
  const { record, files } = await placeCall(app, address);
  await report(record, files, config);
  if (process.argv.includes('--once') || !process.stdout.isTTY) return stop();
  say(
    `\nO servidor continua em ${address} (API de chamadas em ${address}/api/v1/calls, com API_KEY).`,
  );
  say('Ctrl-C encerra.');
}

/** One whole call of the sandbox patient. @returns its record, and the files of what it booked. */
async function placeCall(
  app: App,
  address: string,
): Promise<{ record: CallRecord; files: string[] }> {
  const { sandbox } = app;
  if (!sandbox) throw new CodedError('SANDBOX_UNAVAILABLE', 'the demo runs in the sandbox only');
  const files: string[] = [];
  const over = new Promise<CallRecord>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new CodedError('DEADLINE_EXCEEDED', 'the demo call did not end')),
      longestDemoMs,
    );
    app.live.watch((event) => {
      const line = lineOf(event);
      if (line) say(line);
      if (event.type === 'appointment-booked') files.push(event.file);
      if (event.type !== 'call-ended') return;
      clearTimeout(timer);
      resolve(event.record);
    });
  });
  const [clinic] = app.clinics;
  // The sandbox's voice takes a moment to start; a real model does not.
  if (clinic)
    await sandbox.synthesiser.speak(greetingFor({ clinic, direction: 'inbound' }), 'agent');
  const call = sandbox.carrier.dial({
    url: `${address}/incoming-call`,
    from: bookingCallerE164,
    to: clinic?.numbers[0] ?? sandbox.phoneNumber,
  });
  createPatient({
    call,
    synthesiser: sandbox.synthesiser,
    phrasebook: sandbox.phrasebook,
    script: bookingScript,
    clock: createClock(),
    log: createLog('silent'),
  });
  return { record: await over, files };
}

function lineOf(event: CallEvent): string | undefined {
  const at = `${(event.atMs / 1000).toFixed(1).padStart(6)} s`;
  switch (event.type) {
    case 'line-spoken': {
      const who = event.line.speaker === 'agent' ? 'Agente  ' : 'Paciente';
      const cut = event.line.interrupted ? ' —(interrompida)' : '';
      return `${at}  ${who}  ${event.line.text}${cut}`;
    }
    case 'agent-interrupted':
      return `${at}            · o paciente falou por cima: a agente se calou`;
    case 'tool-used':
      return `${at}            · ferramenta ${event.use.name}: ${event.use.outcome}`;
    case 'read-back-heard':
      return `${at}            · o agendamento foi lido e ouvido até o fim`;
    default:
      return undefined;
  }
}

/** @throws when the recording or the appointment is missing: then the demo has shown nothing. */
async function report(record: CallRecord, files: string[], config: Config): Promise<void> {
  const recording = join(config.RECORDINGS_DIR, record.recording?.file ?? '');
  say(`\nFim da ligação: ${record.ending}, ${seconds(record.durationMs)}.`);
  say(`  gravação     ${recording}`);
  say(`  registro     ${recording.replace(/\.wav$/, '.json')}`);
  for (const file of files) {
    say(`  agendamento  ${file}`);
    const appointment = parseAppointment(JSON.parse(await readFile(file, 'utf8')));
    if (appointment)
      for (const line of appointmentLines(appointment)) say(`               ${line}`);
  }
  if (!record.recording?.complete || files.length === 0) {
    throw new CodedError(
      'SANDBOX_UNAVAILABLE',
      'the demo call ended without its recording or its appointment',
    );
  }
}

function appointmentLines({ evidence, items, payment, price, protocol }: Appointment): string[] {
  const visits = items.map(({ service, professional, day, time }) => {
    const who = professional ? ` com ${professional}` : '';
    return `${service}${who}, ${day} às ${time}`;
  });
  const { recordingMs, readBackMs } = evidence;
  const value = price ? reais.format(price.centavos / 100) : 'a confirmar';
  return [
    ...visits,
    `protocolo ${protocol}; valor ${value}${payment ? `; pagamento: ${methodNames[payment.method]}` : ''}`,
    recordingMs === null ? '' : `o paciente confirmou aos ${seconds(recordingMs)} da gravação`,
    readBackMs === null ? '' : `e ouviu a leitura até o fim aos ${seconds(readBackMs)}`,
  ].filter((line) => line !== '');
}

const reais = new Intl.NumberFormat('pt-BR', { style: 'currency', currency: 'BRL' });
const seconds = (ms: number) => `${(ms / 1_000).toFixed(1).replace('.', ',')} s`;

/** The configured port, or any other when it is taken: a demo should not fail because a server is running. */
async function onFreePort(config: Config): Promise<Config> {
  const isFree = await new Promise<boolean>((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(config.PORT, config.HOST, () => probe.close(() => resolve(true)));
  });
  return isFree ? config : { ...config, PORT: 0 };
}

function say(line: string): void {
  console.log(line);
}

main().catch((error: unknown) => {
  console.error(error instanceof CodedError ? `${error.code}: ${error.message}` : error);
  process.exit(1);
});
