import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Mounts a file system of its own, this small. Needs root. */
export function mountSmall(directory: string, bytes: number): void {
  const options = `size=${bytes},mode=700`;
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'alo-faults', directory], {
    stdio: 'ignore',
  });
}

export function unmount(directory: string): void {
  execFileSync('umount', ['-l', directory], { stdio: 'ignore' });
}

export function cannotMount(): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'alo-mount-'));
  try {
    mountSmall(directory, 4_096);
    unmount(directory);
    return undefined;
  } catch {
    return 'needs a file system of its own (root)';
  } finally {
    rmdirSync(directory);
  }
}

export function cannotRun(program: string): string | undefined {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return `needs ${program}`;
  }
}

/** How many descriptors a process may have: its soft limit. */
export function limitDescriptors(pid: number, count: number): void {
  execFileSync('prlimit', ['--pid', String(pid), `--nofile=${count}:`], { stdio: 'ignore' });
}

/**
 * Changes what system calls of a running process do to files, as `strace -e inject` says it.
 * @returns how to end that
 */
export async function injectFault(
  pid: number,
  fault: string,
  paths: readonly string[],
): Promise<() => Promise<void>> {
  const wanted = paths.flatMap((path) => ['-P', path]);
  const args = [
    '-f',
    '-q',
    '-p',
    String(pid),
    ...wanted,
    '-e',
    `inject=${fault}`,
    '-o',
    '/dev/null',
  ];
  const tracer = spawn('strace', args, { stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => tracer.on('close', () => resolve()));
  // It has no way to say that it is attached to all threads.
  const attached = new Promise<'attached'>((resolve) => setTimeout(() => resolve('attached'), 500));
  if ((await Promise.race([attached, exited])) !== 'attached')
    throw new Error('strace could not attach to the process');
  return async () => {
    tracer.kill('SIGINT');
    await exited;
  };
}
