import { describe, expect, it } from 'vitest';
import { findAmbientReads, findModuleState, readSources } from './source-rules.ts';

const stateIn = (text: string) => findModuleState({ path: 'call/a.ts', text });
const readsIn = (text: string, path = 'call/a.ts') => findAmbientReads({ path, text });

describe('the modules of src/', () => {
  it('keep nothing that two calls would share', () => {
    expect(readSources().flatMap(findModuleState)).toEqual([]);
  });

  it('read time and environment in one place each', () => {
    expect(readSources().flatMap(findAmbientReads)).toEqual([]);
  });
});

describe('shared state is seen', () => {
  it.each([
    'let count = 0;',
    'export let count = 0;',
    'var count = 0;',
    'const calls = new Map<string, number>();',
    'const calls: string[] = [];',
    'const calls = {} as Record<string, string>;',
    'class Call { static live = 0; }',
  ])('in %s', (text) => {
    expect(stateIn(text)).toHaveLength(1);
  });

  it.each([
    'const limit = 5;',
    "const words = new Set(['a']);",
    'export function f() { let count = 0; const seen = new Map(); return [count, seen]; }',
    'class Call { static readonly limit = 5; count = 0; }',
    '// let count = 0;',
    'const text = "let count = 0";',
  ])('but not in %s', (text) => {
    expect(stateIn(text)).toEqual([]);
  });
});

describe('an ambient read is seen', () => {
  it.each([
    'const now = Date.now();',
    'const now = new Date();',
    'const now = Date();',
    'const now = globalThis.performance.now();',
    "import { performance } from 'node:perf_hooks';",
    'const now = Temporal.Now.instant();',
    'const key = process.env.API_KEY;',
    "import { env as e } from 'node:process';",
  ])('in %s', (text) => {
    expect(readsIn(text)).toHaveLength(1);
  });

  it.each([
    'const day = new Date(ms).toISOString();',
    'const now = clock.wallMs();',
    '// Date.now()',
    'const timer = setTimeout(f, 5);',
    'function f(e: NodeJS.ProcessEnv) { return e.X; }',
  ])('but not in %s', (text) => {
    expect(readsIn(text)).toEqual([]);
  });

  it('where it belongs is allowed, and the environment once only', () => {
    expect(readsIn('Date.now(); performance.now();', 'platform/clock.ts')).toEqual([]);
    expect(readsIn('readConfig(process.env);', 'main.ts')).toEqual([]);
    expect(readsIn('f(process.env); g(process.env);', 'main.ts')).toHaveLength(1);
    expect(readsIn('readConfig(process.env);', 'app.ts')).toHaveLength(1);
  });
});
