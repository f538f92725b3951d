import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClock } from './platform/clock.ts';
import { CodedError, hasCode } from './platform/errors.ts';

/** Running from `src/`, the pages can be built; running from `dist/`, they were. */
const runsFromSource = import.meta.url.endsWith('.ts');
const project = fileURLToPath(new URL('..', import.meta.url));
const sources = join(project, 'src', 'web');
const builtPages = join(project, 'dist', 'web');

/** Builds that are kept: the one that is served, and two that a server still running may be serving. */
const keptBuilds = 3;

/** What a build left: its folder, named after the sources it came from. */
export interface BuiltPages {
  directory: string;
  /** How long the build took; 0 when it was there already. */
  ms: number;
}

/**
 * The browser's pages, built first when their sources are not those of any build. Servers that start together build the same
 * folder aside and the first to finish names it.
 * @throws WEB_BUILD_FAILED
 */
export async function buildPages(): Promise<BuiltPages> {
  const target = join(builtPages, await sourceHash());
  if (await isUsed(target)) return { directory: target, ms: 0 };
  const ms = await buildInto(target);
  await forgetOldBuilds();
  return { directory: target, ms };
}

/** The newest build, or nothing when there is none: then the server answers its pages with a sentence that says so. */
export async function newestPages(): Promise<string | undefined> {
  const [newest] = await buildsByAge();
  return newest;
}

/**
 * For the start of a server: builds where that can be done, else the newest that there is.
 * @param say told what was done, when it took time or could not be done
 */
export async function preparePages(say: (text: string) => void): Promise<string | undefined> {
  if (!runsFromSource || !existsSync(sources) || !canBuild()) {
    const found = await newestPages();
    if (found === undefined) say('there are no built pages: /console/ only says what to do');
    return found;
  }
  try {
    const { directory, ms } = await buildPages();
    if (ms > 0) say(`the console's pages were built in ${ms} ms`);
    return directory;
  } catch (error) {
    say(
      `the console's pages could not be built: ${error instanceof Error ? error.message : error}`,
    );
    return newestPages();
  }
}

/** Without the development packages (a production install) there is no builder. */
export function canBuild(): boolean {
  try {
    import.meta.resolve('vite');
    return existsSync(fileURLToPath(import.meta.resolve('preact')));
  } catch {
    return false;
  }
}

async function buildInto(target: string): Promise<number> {
  const { build } = await import('vite');
  const aside = `${target}.${process.pid}`;
  const clock = createClock();
  const started = clock.monotonicMs();
  try {
    await build({
      root: sources,
      configFile: false,
      logLevel: 'error',
      base: '/',
      oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
      build: {
        outDir: aside,
        emptyOutDir: true,
        assetsDir: 'assets',
        // Inlined files would be data: addresses, which the page's own policy refuses.
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        manifest: true,
        reportCompressedSize: false,
        target: 'es2022',
        rolldownOptions: { input: await pagesIn(sources) },
      },
    });
    await rename(aside, target).catch((error: unknown) => {
      if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'EEXIST')) throw error;
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CodedError('WEB_BUILD_FAILED', reason, { cause });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return Math.round(clock.monotonicMs() - started);
}

/** Every folder of `src/web` with an index.html is a page. */
async function pagesIn(root: string): Promise<Record<string, string>> {
  const names = await readdir(root);
  const pages = names.map((name) => [name, join(root, name, 'index.html')] as const);
  return Object.fromEntries(pages.filter(([, file]) => existsSync(file)));
}

/** The same for the same text of every source, of the builder's settings (this file) and of the packages. */
async function sourceHash(): Promise<string> {
  const names = await readdir(sources, { recursive: true, withFileTypes: true });
  const files = names.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  const hash = createHash('sha256');
  for (const file of [
    ...files.sort(),
    fileURLToPath(import.meta.url),
    join(project, 'package-lock.json'),
  ]) {
    hash
      .update(`${file.slice(project.length)}\0`)
      .update(await readFile(file))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

/** Whether it is there; then it counts as the newest. */
async function isUsed(directory: string): Promise<boolean> {
  if (!existsSync(directory)) return false;
  const now = createClock().wallMs() / 1000;
  await utimes(directory, now, now);
  return true;
}

async function forgetOldBuilds(): Promise<void> {
  const builds = await buildsByAge();
  await Promise.all(
    builds.slice(keptBuilds).map((one) => rm(one, { recursive: true, force: true })),
  );
}

/** The newest first. A folder with a dot in its name is still being written. */
async function buildsByAge(): Promise<string[]> {
  await mkdir(builtPages, { recursive: true }).catch(() => {});
  const names = await readdir(builtPages).catch(() => []);
  const built = names.filter((name) => !name.includes('.'));
  const aged = await Promise.all(
    built.map(async (name) => {
      const directory = join(builtPages, name);
      return { directory, ms: (await stat(directory)).mtimeMs };
    }),
  );
  return aged.sort((a, b) => b.ms - a.ms).map(({ directory }) => directory);
}
