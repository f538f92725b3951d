import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { CompiledServers } from './compiled-servers.ts';
import { quietMachine } from './machine-cpu.ts';
import type { Measurement, MeasurementPlan, ServerKind } from './measurement.ts';
import { pinned } from './server-process.ts';

/** Beyond dialling, settling and the window itself. */
const spareMs = 120_000;
/** Of a measurement that fails or is void. */
const attempts = 3;
const execute = promisify(execFile);

export interface MeasuringOptions {
  calls: number;
  windowSeconds: number;
  profileDirectory?: string | undefined;
}

/** Makes measurements, one at a time, each in a fresh generator against a fresh server; prints each as one JSON line. */
export class Measuring {
  readonly measurements: Measurement[] = [];
  /** Measurements that failed or prove nothing: they are listed, not hidden. */
  readonly troubles: string[] = [];
  /** Whether server and generator have a core each. */
  readonly isPinned: boolean;
  readonly #servers: CompiledServers;

  constructor(servers: CompiledServers) {
    this.#servers = servers;
    this.isPinned = availableParallelism() >= 2 && hasTaskset();
  }

  /** Nothing when every attempt failed; a void one when none was better. */
  async measure(server: ServerKind, options: MeasuringOptions): Promise<Measurement | undefined> {
    let found: Measurement | undefined;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const one = await this.#attempt(server, options);
      if (one && one.void === undefined) {
        found = one;
        break;
      }
      found ??= one;
      const reason = one?.void;
      if (reason) this.troubles.push(`${server}, ${options.calls} calls: void, ${reason}`);
    }
    if (found) this.measurements.push(found);
    return found;
  }

  async #attempt(server: ServerKind, options: MeasuringOptions): Promise<Measurement | undefined> {
    const plan: MeasurementPlan = {
      server,
      main: this.#servers[server],
      ...options,
      serverCore: this.isPinned ? 0 : undefined,
      generatorCore: this.isPinned ? 1 : undefined,
    };
    const entry = fileURLToPath(new URL('generator.ts', import.meta.url));
    const node = [execPath, '--import', 'tsx', entry, JSON.stringify(plan)];
    const [command = execPath, ...args] = pinned(node, plan.generatorCore);
    await quietMachine();
    try {
      const timeout = options.windowSeconds * 1_000 + spareMs;
      const { stdout } = await execute(command, args, { timeout, killSignal: 'SIGKILL' });
      const found = JSON.parse(stdout) as Measurement;
      console.log(JSON.stringify(found));
      return found;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const short = reason.split('\n').find((line) => line.startsWith('Error:')) ?? reason;
      this.troubles.push(`${server}, ${options.calls} calls: ${short.slice(0, 300)}`);
      console.log(JSON.stringify({ server, ...options, failed: short.slice(0, 2_000) }));
      return undefined;
    }
  }
}

function hasTaskset(): boolean {
  const directories = (process.env.PATH ?? '').split(delimiter);
  return directories.some((directory) => existsSync(join(directory, 'taskset')));
}
