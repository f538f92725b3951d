import { join } from 'node:path';
import { describe, expect, vi } from 'vitest';
import { thursdayMorning } from '../support/agent-fixtures.ts';
import { seriousFaults } from '../support/browser.ts';
import { onConsole } from '../support/browser-console.ts';
import { jsonIn, until } from '../support/stage.ts';

/** A whole booking is spoken in real time. */
vi.setConfig({ testTimeout: 330_000 });

const it = onConsole(
  { now: thursdayMorning, role: 'staff' },
  [/status of 409/],
  ['--autoplay-policy=no-user-gesture-required'],
);

describe('a telephone in the page', () => {
  it('says what is typed, presses keys, shows what was understood, and hangs up', async (parts) => {
    const { page, url, app, person } = parts;
    await page.goto(`${url}/console/softphone`);
    await page.getByRole('button', { name: 'Ligar' }).click();
    await page.getByText('Na linha').waitFor();
    // One call a person, and no more.
    const second = await person.fetch('/console/api/softphone', {
      method: 'POST',
      body: JSON.stringify({ clinic: 'aurora' }),
    });
    expect(second.status).toBe(409);
    const log = page.getByRole('log');
    await log
      .getByText(/Clínica Aurora/)
      .first()
      .waitFor({ timeout: 60_000 });
    await page.getByLabel('O que você diz').fill('Quero marcar uma consulta com o ortopedista.');
    await page.keyboard.press('Enter');
    await log.getByText('Quero marcar uma consulta').waitFor({ timeout: 60_000 });
    await until(
      async () =>
        Number(
          await page
            .locator('.level-meter', { hasText: 'Assistente' })
            .locator('b')
            .getAttribute('data-level'),
        ) > 0.01,
      'the agent is heard in the page',
      60_000,
    );
    await page.getByRole('button', { name: 'Tecla 5' }).click();
    await page.getByRole('button', { name: 'Tecla #' }).click();
    await log.getByText('5', { exact: true }).waitFor({ timeout: 30_000 });
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Desligar' }).click();
    await page.getByText('A ligação terminou.').waitFor();
    await until(() => app.live.count === 0, 'the call is over');
    const [record] = await until(async () => {
      const records = await jsonIn(join(parts.directory, 'recordings'));
      return records[0]?.state === 'ended' && records;
    }, 'the record is kept');
    expect(record).toMatchObject({
      direction: 'inbound',
      ending: 'caller-hung-up',
      softphone: { byId: person.userId },
    });
  });

  it('ends with a booking when a patient is played', async (parts) => {
    const { page, url, directory } = parts;
    await page.goto(`${url}/console/softphone`);
    await page.getByLabel('Quem fala').selectOption('exame');
    await page.getByRole('button', { name: 'Ligar' }).click();
    const log = page.getByRole('log');
    await log.getByText('Agendamento feito').waitFor({ timeout: 280_000 });
    await page.getByText('A ligação terminou.').waitFor({ timeout: 60_000 });
    expect(await jsonIn(join(directory, 'appointments'))).toMatchObject([{ status: 'booked' }]);
  });
});
