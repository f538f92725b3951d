import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a case may leave behind: things that keep the process alive, descriptors, files. */
export interface Baseline {
  /** By kind: sockets, servers, timers, processes. */
  resources: Record<string, number>;
  /** What each open descriptor is; sockets without their number. */
  descriptors: string[];
  files: string[];
}

/** What is closing has this long to be closed. */
const settleMs = 4_000;

/** @param directory of temporary files, used by nobody else */
export function takeBaseline(directory: string): Baseline {
  return {
    resources: countByName(process.getActiveResourcesInfo()),
    descriptors: openDescriptors(),
    files: readdirSync(directory),
  };
}

/** What is there that was not at the baseline, in words; empty once everything is freed. */
export async function findLeaks(before: Baseline, directory: string): Promise<string[]> {
  const deadline = performance.now() + settleMs;
  for (;;) {
    const leaks = compare(before, takeBaseline(directory));
    if (leaks.length === 0 || performance.now() > deadline) return leaks;
    await sleep(50);
  }
}

function compare(before: Baseline, now: Baseline): string[] {
  const leaks: string[] = [];
  for (const [name, count] of Object.entries(now.resources)) {
    const more = count - (before.resources[name] ?? 0);
    if (more > 0 && !ownNames.has(name)) leaks.push(`${more} × ${name} left`);
  }
  const open = countByName(before.descriptors);
  for (const [name, count] of Object.entries(countByName(now.descriptors))) {
    const more = count - (open[name] ?? 0);
    if (more > 0) leaks.push(`${more} descriptors left: ${name}`);
  }
  const files = now.files.filter((name) => !before.files.includes(name));
  if (files.length > 0) leaks.push(`files left: ${files.join(' ')}`);
  return leaks;
}

/** Of the runner itself: what it prints and the pause before each look; and of the metrics library, freed with its registry. */
const ownNames: ReadonlySet<string> = new Set([
  'TTYWrap',
  'PipeWrap',
  'FSReqPromise',
  'Immediate',
  'IntervalHistogram',
]);

function countByName(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Empty where the system does not list them. */
function openDescriptors(): string[] {
  try {
    return readdirSync('/proc/self/fd').flatMap((descriptor) => targetOf(descriptor));
  } catch {
    return [];
  }
}

/** None when it was closed meanwhile, as the listing's own is. */
function targetOf(descriptor: string): string[] {
  try {
    return [readlinkSync(`/proc/self/fd/${descriptor}`).replace(/\d+\]$/, ']')];
  } catch {
    return [];
  }
}
