import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, vi } from 'vitest';
import { thursdayMorning } from '../support/agent-fixtures.ts';
import { patienceMs, seriousFaults } from '../support/browser.ts';
import { onConsole } from '../support/browser-console.ts';
import { sandboxCaller } from '../support/sandbox-caller.ts';
import { until } from '../support/stage.ts';

vi.setConfig({ testTimeout: 120_000 });

/** A microphone that says the same loud second over and over. */
const voice = join(mkdtempSync(join(tmpdir(), 'alo-voice-')), 'voice.wav');
writeFileSync(voice, toneWav());

const it = onConsole(
  { now: thursdayMorning, role: 'staff' },
  [],
  [
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${voice}`,
    '--autoplay-policy=no-user-gesture-required',
  ],
);

/** Loudest that a meter of this page has shown. */
const levelOf = (page: Page, name: string) =>
  page
    .locator('.level-meter', { hasText: name })
    .locator('b')
    .getAttribute('data-level')
    .then((level) => Number(level ?? 0));

const openCall = async (page: Page, url: string) => {
  await page.goto(`${url}/console/live`);
  await page.locator('.live-list a').first().click();
  await page.getByRole('log').waitFor();
};

describe('somebody at the live page', () => {
  it('sees an honest empty page, then a call, its lines, and hears both sides', async (parts) => {
    const { page, url } = parts;
    await page.goto(`${url}/console/live`);
    await page.getByText('Nenhuma ligação agora').waitFor();
    const call = sandboxCaller(parts);
    await openCall(page, url);
    const log = page.getByRole('log');
    await log.getByText('Assistente').first().waitFor();
    const listen = page.getByRole('button', { name: 'Ouvir', exact: true });
    await page.getByText('Gravação permitida').waitFor({ timeout: 60_000 });
    await listen.click();
    await page.getByText('Você está ouvindo').waitFor();
    let caller = 0;
    let agent = 0;
    await until(
      async () => {
        caller = Math.max(caller, await levelOf(page, 'Quem ligou'));
        agent = Math.max(agent, await levelOf(page, 'Assistente'));
        return caller > 0.01 && agent > 0.01;
      },
      'both sides are heard',
      60_000,
    );
    await log.getByText('Quem ligou').first().waitFor({ timeout: 60_000 });
    expect(await page.getByText('+55 88 •••••-1234').count()).toBeGreaterThan(0);
    expect(await page.content()).not.toContain('99999');
    expect(await seriousFaults(page)).toEqual([]);
    await call.hangUp();
    await page.getByText('Fim da ligação').waitFor();
  });

  it('sends a hint, and the next reply is another one', async (parts) => {
    const { page, url } = parts;
    const call = sandboxCaller(parts);
    await openCall(page, url);
    // The greeting is over: the next thing the agent says answers the caller.
    await page.getByText('Gravação permitida').waitFor({ timeout: 60_000 });
    await page.getByLabel('Recado para a assistente').fill('Ofereça a sexta-feira.');
    await page.keyboard.press('Enter');
    await page.getByText('Recado enviado.').waitFor();
    await page.getByRole('log').getByText('Ofereça a sexta-feira.').waitFor();
    await page
      .getByRole('log')
      .getByText(/^Verifiquei com a equipe/)
      .waitFor({ timeout: 60_000 });
    await call.hangUp();
  });

  it('takes the call by microphone, gives it back, and ends it', async (parts) => {
    const { page, url } = parts;
    const call = sandboxCaller(parts, []);
    await openCall(page, url);
    await page.getByText('Gravação permitida').waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Assumir a ligação' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('A assistente se cala').waitFor();
    await dialog.getByRole('button', { name: 'Assumir a ligação' }).click();
    await page.getByText('Você está na linha com quem ligou.').waitFor();
    const silent = call.heard.length;
    await until(() => call.heard.length > silent + 20, 'the caller hears the microphone', 30_000);
    expect(await levelOf(page, 'Você')).toBeGreaterThan(0.01);
    await page.getByRole('button', { name: 'Devolver à assistente' }).click();
    const log = page.getByRole('log');
    await log.getByText('devolveu a ligação').waitFor();
    await log.getByText('Ana staff, da equipe, falou').first().waitFor();
    await page.getByRole('button', { name: 'Encerrar' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Encerrar' }).click();
    await page.getByText('encerrada pela equipe').waitFor({ timeout: patienceMs * 2 });
    await call.ended;
  });
});

/** One second of a 300 Hz tone, 16 bits, 48 kHz. */
function toneWav(): Buffer {
  const rate = 48_000;
  const data = Buffer.alloc(rate * 2);
  for (let i = 0; i < rate; i++)
    data.writeInt16LE(Math.round(12_000 * Math.sin((2 * Math.PI * 300 * i) / rate)), i * 2);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}
