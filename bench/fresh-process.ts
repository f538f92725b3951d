import { execFile } from 'node:child_process';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { quietMachine } from './calls/machine-cpu.ts';

/**
 * Measures in a fresh process, when the machine is quiet, and prints its JSON line.
 * @param entry what measures; it prints that line
 * @param flags of Node
 * @returns what it measured; undefined when it failed
 */
export async function measureAlone<Result>(
  bench: string,
  entry: URL,
  timeout: number,
  flags: readonly string[] = [],
): Promise<Result | undefined> {
  await quietMachine();
  const file = fileURLToPath(entry);
  try {
    const { stdout } = await promisify(execFile)(execPath, [...flags, '--import', 'tsx', file], {
      timeout,
    });
    console.log(stdout.trim());
    return JSON.parse(stdout) as Result;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.log(JSON.stringify({ bench, failed: reason.slice(0, 2_000) }));
    return undefined;
  }
}
