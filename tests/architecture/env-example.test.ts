import { readFileSync } from 'node:fs';
import { parse } from 'dotenv';
import { describe, expect, it } from 'vitest';
import { envExample } from '../../scripts/write-env-example.ts';
import { readConfig, settings } from '../../src/config.ts';

const written = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');

describe('.env.example', () => {
  it('is the text that scripts/write-env-example.ts prints', () => {
    expect(written).toBe(envExample());
  });

  it('has every setting once, with its default, and nothing else', () => {
    const names = written
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.split('=', 1)[0]);
    expect(names).toEqual(Object.keys(settings));
    for (const [name, setting] of Object.entries(settings)) {
      expect(parse(written)[name]).toBe('default' in setting ? setting.default : '');
    }
  });

  it('explains every setting right above it', () => {
    const unwrapped = written.replaceAll('\n# ', ' ');
    for (const [name, setting] of Object.entries(settings)) {
      expect(unwrapped).toContain(`${setting.meaning}\n${name}=`);
    }
  });

  it('copied to .env unchanged, gives the same sandbox as no file at all', () => {
    expect(readConfig(parse(written), '/srv')).toEqual(readConfig({}, '/srv'));
  });
});
