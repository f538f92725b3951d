import { describe, expect } from 'vitest';
import { patienceMs, seriousFaults } from '../support/browser.ts';
import { onConsole } from '../support/browser-console.ts';
import { seedCalls } from '../support/seeded-calls.ts';

describe('the numbers', () => {
  const it = onConsole({ prepare: (directory) => seedCalls(directory) });

  it('are shown as sums, pictures and a table, and exported', async ({ page, url, person }) => {
    await page.goto(`${url}/console/numbers?days=7`);
    await page.getByText('Com agendamento').first().waitFor();
    // Today may not have had a call yet.
    expect(await page.locator('tbody tr').count()).toBeGreaterThanOrEqual(6);
    expect(await page.getByRole('img').count()).toBe(3);
    expect(await page.locator('.numbers-bars rect').count()).toBe(21);
    await page.getByLabel('Período').selectOption('90');
    await expect
      .poll(() => page.locator('tbody tr').count(), { timeout: patienceMs })
      .toBeGreaterThan(20);
    await page.getByText(/Em \d+ dias não houve ligação/).waitFor();
    expect(new URL(page.url()).searchParams.get('days')).toBe('90');
    const coming = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Baixar CSV' }).click();
    expect((await coming).suggestedFilename()).toMatch(/^numeros-[\d-]+\.csv$/);
    const trail = await (await person.fetch('/console/api/audit')).text();
    expect(trail).toContain('numbers.export');
    expect(await seriousFaults(page)).toEqual([]);
  });
});

describe('the numbers of a clinic without calls', () => {
  const it = onConsole();

  it('say that there are none', async ({ page, url }) => {
    await page.goto(`${url}/console/numbers`);
    await page.getByRole('heading', { name: 'Nenhuma ligação neste período' }).waitFor();
    await page.goto(`${url}/console/recordings`);
    await page.getByRole('heading', { name: 'Nenhuma ligação ainda' }).waitFor();
  });
});
