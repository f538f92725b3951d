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
    `of the page with every screen is at most ${mostBytes / 1024} kB before the player is opened`,
    async () => {
      const { directory } = await buildPages();
      const manifest = JSON.parse(
        await readFile(join(directory, '.vite', 'manifest.json'), 'utf8'),
      ) as Record<string, Chunk>;
      const page = manifest['console/index.html'];
      const files = new Set<string>();
      const take = (key: string) => {
        const chunk = manifest[key];
        if (!chunk || files.has(chunk.file)) return;
        files.add(chunk.file);
        for (const css of chunk.css ?? []) files.add(css);
        for (const other of chunk.imports ?? []) take(other);
      };
      take('console/index.html');
      // Screens are fetched when they are opened; what a screen fetches later (player, charts) does not count.
      for (const screen of page?.dynamicImports ?? []) take(screen);
      const sizes = await Promise.all(
        [...files].map(async (file) => gzipSync(await readFile(join(directory, file))).length),
      );
      const total = sizes.reduce((sum, size) => sum + size, 0);
      expect(files.size).toBeGreaterThan(2);
      expect(total).toBeLessThanOrEqual(mostBytes);
    },
    buildMs,
  );
});
