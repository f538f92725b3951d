import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { pageRoutes } from '../../src/console/page-routes.ts';
import { createLog } from '../../src/platform/log.ts';
import { answerProblems } from '../../src/platform/problem.ts';
import { buildPages, newestPages } from '../../src/web-build.ts';
import { createServer } from '../../src/web-server.ts';

/** What a browser fetches before a recording is played, gzipped. */
const mostBytes = 120 * 1024;
/** All screens, of which nobody opens each: so that it stays small. */
const mostOfAllBytes = 160 * 1024;
const buildMs = 60_000;
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function serverWith(directory: string | undefined): Promise<FastifyInstance> {
  const server = createServer();
  closing.push(() => server.close());
  answerProblems(server, createLog('silent', { write: () => {} }));
  await pageRoutes(server, { directory });
  return server;
}

async function someBuild(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pages-'));
  closing.push(() => rm(directory, { recursive: true }));
  await mkdir(join(directory, 'console'));
  await mkdir(join(directory, 'assets'));
  await writeFile(
    join(directory, 'console', 'index.html'),
    '<!doctype html><title>console</title>',
  );
  await writeFile(join(directory, 'assets', 'main-abc.js'), 'export {};');
  await writeFile(join(directory, 'secret.txt'), 'not for anybody');
  return directory;
}

describe('the pages of the console', () => {
  it.each(['/console', '/console/', '/console/recordings/abc?at=12'])(
    'the one page answers at %s and is asked for again each time',
    async (url) => {
      const server = await serverWith(await someBuild());
      const { statusCode, headers, body } = await server.inject({ url });
      expect({
        statusCode,
        cache: headers['cache-control'],
        type: headers['content-type'],
      }).toEqual({
        statusCode: 200,
        cache: 'no-cache',
        type: 'text/html; charset=utf-8',
      });
      expect(body).toContain('<title>console</title>');
    },
  );

  it('a file is kept by the browser for good', async () => {
    const server = await serverWith(await someBuild());
    const { statusCode, headers } = await server.inject({ url: '/assets/main-abc.js' });
    expect(statusCode).toBe(200);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it.each([
    '/console/api/nothing-here',
    '/console/main.js',
    '/assets/other.js',
    '/assets/../secret.txt',
    '/assets/..%2fsecret.txt',
    '/assets/%2e%2e/secret.txt',
    '/assets/main-abc.js%00.png',
    '/assets/',
  ])('%s is no page', async (url) => {
    const server = await serverWith(await someBuild());
    const { statusCode, body } = await server.inject({ url });
    expect([400, 403, 404]).toContain(statusCode);
    expect(body).not.toContain('not for anybody');
    expect(body).not.toContain('<title>');
  });

  it('a server without built pages says what to do, and serves the rest', async () => {
    const server = await serverWith(undefined);
    const { statusCode, body } = await server.inject({ url: '/console/' });
    expect(statusCode).toBe(503);
    expect(body).toContain('npm install');
  });
});

interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
  dynamicImports?: string[];
}

describe('the build', () => {
  it(
    'is made once for the same sources, and found by the next server',
    async () => {
      const { directory } = await buildPages();
      expect(await buildPages()).toEqual({ directory, ms: 0 });
      expect(await newestPages()).toBe(directory);
    },
    buildMs,
  );

  it(
    `is at most ${mostBytes / 1024} kB for whoever opens any one screen, and ${mostOfAllBytes / 1024} kB for whoever opens all of them, before the player is opened`,
    async () => {
      const { directory } = await buildPages();
      const manifest = JSON.parse(
        await readFile(join(directory, '.vite', 'manifest.json'), 'utf8'),
      ) as Record<string, Chunk>;
      // Screens are fetched when they are opened; what a screen fetches later (player, charts) does not count.
      const page = 'console/index.html';
      const screens = manifest[page]?.dynamicImports ?? [];
      expect(screens.length).toBeGreaterThan(0);
      const bytesOf = async (...keys: string[]) => {
        const files = [...filesOf(manifest, keys)];
        const texts = await Promise.all(files.map((file) => readFile(join(directory, file))));
        return texts.reduce((sum, text) => sum + gzipSync(text).length, 0);
      };
      for (const screen of screens)
        expect(await bytesOf(page, screen), screen).toBeLessThanOrEqual(mostBytes);
      expect(await bytesOf(page, ...screens)).toBeLessThanOrEqual(mostOfAllBytes);
    },
    buildMs,
  );
});

/** What a browser fetches for these, what they import included. */
function filesOf(manifest: Record<string, Chunk>, keys: readonly string[]): Set<string> {
  const files = new Set<string>();
  const take = (key: string) => {
    const chunk = manifest[key];
    if (!chunk || files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const css of chunk.css ?? []) files.add(css);
    for (const other of chunk.imports ?? []) take(other);
  };
  for (const key of keys) take(key);
  return files;
}
