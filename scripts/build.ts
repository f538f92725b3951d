import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { execPath, exit } from 'node:process';
import { fileURLToPath } from 'node:url';
import { buildPages } from '../src/web-build.ts';

/** What the compiled server reads from beside its code. */
const assetExtensions = new Set(['.ulaw', '.sql', '.json', '.yaml']);

const project = fileURLToPath(new URL('..', import.meta.url));

/** `src/` → `dist/`, from nothing: a file that left `src/` must not live on in a container. */
async function build(): Promise<void> {
  const source = join(project, 'src');
  const target = join(project, 'dist');
  rmSync(target, { recursive: true, force: true });
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const { status } = spawnSync(execPath, [tsc, '-p', join(project, 'tsconfig.build.json')], {
    stdio: 'inherit',
  });
  if (status !== 0) exit(status ?? 1);
  const assets = copyAssets(source, target);
  await buildPages();
  console.log(`built dist/ (${assets} assets beside the code, and the console's pages)`);
}

function copyAssets(source: string, target: string): number {
  const assets = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    (path) => assetExtensions.has(extname(path)) && !path.startsWith('web/'),
  );
  for (const path of assets) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    cpSync(join(source, path), join(target, path));
  }
  return assets.length;
}

await build();
