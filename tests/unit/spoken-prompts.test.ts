import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { muLawToPcm16 } from '../../src/audio/g711.ts';
import { loadSpokenPrompts, promptDirectory, promptTexts } from '../../src/call/spoken-prompts.ts';

async function copyPrompts(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'prompts-'));
  for (const name of Object.keys(promptTexts)) {
    await copyFile(new URL(`${name}.ulaw`, promptDirectory), join(directory, `${name}.ulaw`));
  }
  return directory;
}

describe('the shipped spoken prompts', () => {
  it('are all there, short, loud enough and without dead air at their ends', async () => {
    const prompts = await loadSpokenPrompts();
    expect(Object.keys(prompts).sort()).toEqual(Object.keys(promptTexts).sort());
    for (const { name, text, ulaw } of Object.values(prompts)) {
      expect(text, name).toBe(promptTexts[name]);
      expect(ulaw.length / 8, name).toBeGreaterThan(800);
      expect(ulaw.length / 8, name).toBeLessThanOrEqual(
        name.startsWith('emergencia-') ? 13_000 : 6_000,
      );
      const pcm = [...muLawToPcm16(ulaw)].map(Math.abs);
      const peak = Math.max(...pcm.slice(0, 60_000));
      expect(peak, name).toBeGreaterThan(13_000);
      expect(peak, name).toBeLessThan(20_000);
      const isSound = (sample: number) => sample > 500;
      expect(pcm.findIndex(isSound), name).toBeLessThan(150 * 8);
      expect(pcm.length - pcm.findLastIndex(isSound), name).toBeLessThan(150 * 8);
    }
  });

  it('a missing file stops the start with PROMPT_MISSING and its name', async () => {
    const directory = await copyPrompts();
    try {
      await rm(join(directory, 'tchau.ulaw'));
      await expect(loadSpokenPrompts(pathToFileURL(`${directory}/`))).rejects.toMatchObject({
        code: 'PROMPT_MISSING',
        message: expect.stringContaining('tchau'),
      });
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('an empty file is as good as a missing one', async () => {
    const directory = await copyPrompts();
    try {
      await writeFile(join(directory, 'um-momento.ulaw'), '');
      await expect(loadSpokenPrompts(pathToFileURL(`${directory}/`))).rejects.toMatchObject({
        code: 'PROMPT_MISSING',
      });
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
