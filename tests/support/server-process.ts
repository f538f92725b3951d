import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';

const root = new URL('../..', import.meta.url).pathname;
const main = new URL('../../src/main.ts', import.meta.url).pathname;

export interface ServerProcess {
  readonly process: ChildProcess;
  /** Standard output and error, as it came. */
  readonly output: () => string;
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null; afterMs: number }>;
  /** Resolves when the text was written; rejects when the process ended before. */
  wrote(text: string, timeoutMs?: number): Promise<void>;
  /** To the whole group, when it has one. */
  kill(signal: NodeJS.Signals): void;
}

export interface ServerOptions {
  env: Record<string, string>;
  directory: string;
  /** `npm start` in the repository instead of the same command in `directory`. */
  npm?: boolean;
  /** A module to load first, as source. */
  preload?: string;
}

/** The real thing: `src/main.ts` in a process of its own, with nothing of this process's environment but the path. */
export function spawnServer({ env, directory, npm, preload }: ServerOptions): ServerProcess {
  const { PATH = '', HOME = '' } = process.env;
  const whole = { PATH, HOME, ...env };
  const loaders = ['--import', import.meta.resolve('tsx')];
  if (preload) loaders.push('--import', `data:text/javascript,${encodeURIComponent(preload)}`);
  const child = npm
    ? spawn('npm', ['start', '--silent'], { cwd: root, env: whole, detached: true })
    : spawn(process.execPath, [...loaders, main], { cwd: directory, env: whole });
  let output = '';
  const begunMs = performance.now();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8');
    stream?.on('data', (part: string) => {
      output += part;
    });
  }
  const exited = new Promise<Awaited<ServerProcess['exited']>>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ code, signal, afterMs: performance.now() - begunMs }),
    );
  });
  return {
    process: child,
    output: () => output,
    exited,
    async wrote(text, timeoutMs = 30_000) {
      const deadline = performance.now() + timeoutMs;
      while (!output.includes(text)) {
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`the server ended before it wrote “${text}”: ${output}`);
        }
        if (performance.now() > deadline) throw new Error(`not written: “${text}”: ${output}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    kill(signal) {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      if (npm) process.kill(-child.pid, signal);
      else child.kill(signal);
    },
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
