import { argv } from 'node:process';
import { buildPages, canBuild } from '../src/web-build.ts';

/**
 * The browser's pages → `dist/web/`. `--if-possible`, for the install: without the development packages there is nothing to
 * build with, and a server says so itself when it finds no pages.
 */
async function run(): Promise<void> {
  if (argv.includes('--if-possible') && !canBuild()) {
    console.log("the console's pages were not built: the development packages are not installed");
    return;
  }
  const { directory, ms } = await buildPages();
  console.log(ms > 0 ? `built ${directory} in ${ms} ms` : `${directory} is up to date`);
}

await run();
