import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { findForbiddenImports } from './import-rules.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const made: string[] = [];

afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true });
});

/** The rules broken by a small tree of files. */
async function brokenBy(files: Record<string, string>): Promise<string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'imports-'));
  made.push(directory);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  return findForbiddenImports(directory);
}

const value = 'export const x = 1;\nexport type X = number;\n';
const importing = (file: string) => `import { x } from '${file}';\nexport const y = x;\n`;
const typing = (file: string) => `import type { X } from '${file}';\nexport type Y = X;\n`;

describe('the imports of src/', () => {
  it('follow the table of docs/architecture.md and make no circle', async () => {
    expect(await findForbiddenImports(project, true)).toEqual([]);
  }, 60_000);
});

describe('an import is refused', () => {
  it.each([
    ['src/call/a.ts', 'src/twilio/b.ts', /^call-imports-only/],
    ['src/call/a.ts', 'src/openai/b.ts', /^call-imports-only/],
    ['src/call/a.ts', 'src/storage/b.ts', /^call-imports-only/],
    ['src/agent/a.ts', 'src/call/b.ts', /^agent-imports-only/],
    ['src/scheduling/a.ts', 'src/agent/b.ts', /^scheduling-imports-only/],
    ['src/twilio/a.ts', 'src/call/b.ts', /^twilio-imports-only/],
    ['src/openai/a.ts', 'src/audio/b.ts', /^openai-imports-only/],
    ['src/audio/a.ts', 'src/platform/b.ts', /^audio-imports-only/],
    ['src/platform/a.ts', 'src/config.ts', /^platform-imports-only/],
    ['src/sandbox/a.ts', 'src/call/b.ts', /^sandbox-imports-only/],
    ['src/call/a.ts', 'src/sandbox/b.ts', /^sandbox-is-reached/],
    ['src/main.ts', 'src/sandbox/b.ts', /^sandbox-is-reached/],
    ['src/storage/a.ts', 'src/call/b.ts', /^storage-imports-contracts/],
    ['src/call/a.ts', 'tests/b.ts', /^call-imports-only/],
  ])('from %s to %s', async (from, to, rule) => {
    const path = to.startsWith('src/')
      ? `${from.split('/').length === 2 ? './' : '../'}${to.slice(4)}`
      : `../../${to}`;
    const broken = await brokenBy({ [from]: importing(path), [to]: value });
    expect(broken).toContainEqual(expect.stringMatching(rule));
    expect(broken.join()).toContain(`${from} → ${to}`);
  });

  it('of a type alone too, except of contracts by storage', async () => {
    expect(
      await brokenBy({ 'src/call/a.ts': typing('../twilio/b.ts'), 'src/twilio/b.ts': value }),
    ).toHaveLength(1);
    expect(
      await brokenBy({ 'src/storage/a.ts': typing('../call/b.ts'), 'src/call/b.ts': value }),
    ).toEqual([]);
  });

  it('when two files import each other, even as types only', async () => {
    const broken = await brokenBy({
      'src/call/a.ts': `${typing('./b.ts')}${value}`,
      'src/call/b.ts': `${typing('./a.ts')}${value}`,
    });
    expect(broken).toContainEqual(expect.stringMatching(/^no-cycle/));
  });

  it.each([
    ['src/call/a.ts', 'fastify', /^fastify-at-the-edge/],
    ['src/twilio/a-routes.ts', '@fastify/websocket', /^fastify-at-the-edge/],
    ['src/call/a.ts', 'twilio/lib/twiml/VoiceResponse.js', /^twilio-package/],
    ['src/agent/a.ts', 'openai/resources/realtime/realtime', /^openai-package/],
    ['src/call/a.ts', '@echogarden/espeak-ng-emscripten', /^optional-packages/],
  ])('from %s to the package %s', async (from, name, rule) => {
    expect(await brokenBy({ [from]: importing(name) })).toEqual([expect.stringMatching(rule)]);
    expect(await brokenBy({ [from]: typing(name) })).toEqual([expect.stringMatching(rule)]);
  });
});

it('an allowed import breaks no rule', async () => {
  expect(
    await brokenBy({
      'src/app.ts': importing('./sandbox/b.ts'),
      'src/sandbox/b.ts': importing('../audio/c.ts'),
      'src/audio/c.ts': value,
      'src/call/voice-routes.ts': importing('fastify'),
      'src/call/d.ts': importing('../agent/e.ts'),
      'src/agent/e.ts': 'export const x = 1;\n',
      'src/storage/f.ts': importing('../call/call-record.ts'),
      'src/call/call-record.ts': value,
    }),
  ).toEqual([]);
});
