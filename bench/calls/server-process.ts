import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { execPath } from 'node:process';

/** What a server process says of itself. Bytes and milliseconds. */
export interface ProcessSample {
  atMs: number;
  cpuMs: number;
  rssBytes: number;
  /** V8's heap and what hangs on it outside, buffers included. */
  heapBytes: number;
}

/** Runs before the server's own code and answers questions from outside: the servers know nothing of being measured. */
const probe = `
process.on('message', (question) => {
  if (question === 'collect') { globalThis.gc(); globalThis.gc(); }
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send({ atMs: performance.now(), cpuMs: (user + system) / 1000, rssBytes: rss, heapBytes: heapUsed + external });
});
process.on('disconnect', () => process.exit(1));
process.channel?.unref();
`;

const startDeadlineMs = 20_000;
const answerDeadlineMs = 10_000;
const stopDeadlineMs = 15_000;

export interface ServerOptions {
  main: string;
  env: Record<string, string>;
  /** The core it is pinned to; anywhere when absent. */
  core: number | undefined;
  /** Where to leave a CPU profile. */
  profileDirectory?: string | undefined;
}

export class ServerProcess {
  readonly #child: ChildProcess;
  /** The last lines it wrote, for a measurement that fails. */
  output = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output = (this.output + chunk.toString()).slice(-4_000);
      });
    }
  }

  static async start(options: ServerOptions, isUp: () => Promise<boolean>): Promise<ServerProcess> {
    const profile = options.profileDirectory
      ? ['--cpu-prof', `--cpu-prof-dir=${options.profileDirectory}`]
      : [];
    const probeUrl = `data:text/javascript,${encodeURIComponent(probe)}`;
    const node = [execPath, '--expose-gc', ...profile, '--import', probeUrl, options.main];
    const [command = execPath, ...args] = pinned(node, options.core);
    const child = spawn(command, args, {
      env: { PATH: process.env.PATH, NODE_ENV: 'production', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const server = new ServerProcess(child);
    const deadline = performance.now() + startDeadlineMs;
    while (!(await isUp())) {
      if (child.exitCode !== null || performance.now() > deadline) {
        child.kill('SIGKILL');
        throw new Error(`the server did not start: ${server.output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return server;
  }

  /** @param collect garbage is collected first, so that `heapBytes` is what lives. */
  async sample(collect = false): Promise<ProcessSample> {
    const answer = once(this.#child, 'message', { signal: AbortSignal.timeout(answerDeadlineMs) });
    this.#child.send(collect ? 'collect' : 'sample');
    const [sample] = (await answer) as [ProcessSample];
    return sample;
  }

  /** As a supervisor would, and by force after a while. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), stopDeadlineMs);
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exit;
    clearTimeout(timer);
  }
}

export function pinned(command: string[], core: number | undefined): string[] {
  return core === undefined ? command : ['taskset', '-c', String(core), ...command];
}
