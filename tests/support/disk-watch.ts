import { watch } from 'node:fs';
import { readdir } from 'node:fs/promises';

/** Between two looks at the directory, beside what the system tells of it. */
const lookEveryMs = 5;

/** Writes down every file of audio that ever appears in a directory, however short its life. */
export function watchForAudio(directory: string): { seen: Set<string>; stop(): void } {
  const seen = new Set<string>();
  const note = (name: string | null) => {
    if (name && !/\.(?:json|tmp)(?:$|[.-])/.test(name) && !name.startsWith('.')) seen.add(name);
  };
  const watcher = watch(directory, (_, name) => note(name));
  const timer = setInterval(async () => {
    for (const name of await readdir(directory).catch(() => [])) note(name);
  }, lookEveryMs);
  return {
    seen,
    stop() {
      clearInterval(timer);
      watcher.close();
    },
  };
}
