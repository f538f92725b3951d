import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readTwiml } from '../../src/sandbox/twiml-reader.ts';
import { bookByTools } from '../support/booking-by-tools.ts';
import { onProcessStage, type ProcessStage } from '../support/process-stage.ts';
import { ask, post, webhookFields } from '../support/raw-caller.ts';
import { until } from '../support/stage.ts';

const longMs = 20_000;

async function readiness({ line }: ProcessStage): Promise<{ status: number; reasons: string[] }> {
  const { status, text } = await ask(`${line.url}/readyz`);
  return { status, reasons: (JSON.parse(text) as { reasons: string[] }).reasons };
}

const readyAgain = (stage: ProcessStage) =>
  until(async () => (await readiness(stage)).status === 200, 'it is ready again', longMs);

it(
  'appointments that cannot be written make the server unready until they can be',
  () =>
    onProcessStage(async (stage) => {
      const server = await stage.start();
      const directory = join(stage.directory, 'appointments');
      const { call, model } = await stage.greeted();
      await rename(directory, `${directory}-away`);
      // Broken, not refused: the caller is told that it did not work.
      expect(await bookByTools(model)).toMatchObject({ ok: false, code: 'failed' });
      expect(await readiness(stage)).toEqual({
        status: 503,
        reasons: ['appointments-not-writable'],
      });
      await until(() => server.output().includes('"alarm":"agenda-unusable"'), 'the alarm', longMs);
      await rename(`${directory}-away`, directory);
      await readyAgain(stage);
      expect((await bookByTools(model)).ok).toBe(true);
      await call.hangUp();
    }),
  90_000,
);

function hasPrlimit(): boolean {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

it.skipIf(!hasPrlimit())(
  'a process short of descriptors sends new calls to the way out (needs prlimit)',
  () =>
    onProcessStage(async (stage) => {
      const server = await stage.start();
      const pid = server.process.pid ?? 0;
      const { call } = await stage.greeted();
      const limit = (count: number) =>
        execFileSync('prlimit', ['--pid', String(pid), `--nofile=${count}:`], { stdio: 'ignore' });
      // Room for the probe and a webhook, and not for a call.
      limit(readdirSync(`/proc/${pid}/fd`).length + 8);
      const short = await until(
        async () => {
          const seen = await readiness(stage);
          return seen.status === 503 ? seen : undefined;
        },
        'it is not ready',
        longMs,
      );
      expect(short.reasons).toEqual(['out-of-descriptors']);
      const late = await post(stage.line, '/incoming-call', webhookFields(stage.line));
      const { verbs } = readTwiml(late.text) as { verbs: { verb: string }[] };
      expect(verbs.map(({ verb }) => verb)).toEqual(['say', 'dial']);
      const told = () => server.output().match(/"alarm":"descriptors-exhausted","since"/g) ?? [];
      await until(() => told().length === 1, 'the alarm', longMs);
      limit(4_096);
      await readyAgain(stage);
      const next = await stage.greeted();
      await Promise.all([call.hangUp(), next.call.hangUp()]);
    }),
  90_000,
);
