import { describe, expect } from 'vitest';
import { seriousFaults } from '../support/browser.ts';
import { onConsole } from '../support/browser-console.ts';
import { addPerson, testPassword } from '../support/console-access.ts';

/** The one-time password shows in the first sign-in; refusals that are tested show as errors in the browser. */
const it = onConsole({ role: 'admin' }, [/status of (401|403|409)/]);

describe('the people of the console', () => {
  it('are made with a password that is shown once, and opens the door to a new one', async ({
    page,
    url,
  }) => {
    await page.goto(`${url}/console/users`);
    await page.getByRole('button', { name: 'Nova pessoa' }).click();
    await page.getByRole('button', { name: 'Criar' }).click();
    await page.getByText('Escreva o usuário.').waitFor();
    await page.getByText('Escolha pelo menos uma clínica.').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByLabel('Usuário').fill('Eva@Clinica.com');
    await page.getByLabel('Nome').fill('Eva <script>alert(1)</script>');
    await page.getByLabel('Clínica Aurora').check();
    await page.getByRole('button', { name: 'Criar' }).click();
    await page.getByText('ela não será mostrada outra vez').waitFor();
    const password = (await page.locator('.users-password').textContent()) ?? '';
    expect(password).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Pronto' }).click();
    // What was typed is shown as it was typed.
    await page.getByRole('button', { name: 'Eva <script>alert(1)</script>' }).waitFor();
    await page
      .getByRole('row')
      .filter({ hasText: 'eva@clinica.com' })
      .getByText('Senha provisória')
      .waitFor();
    expect(await seriousFaults(page)).toEqual([]);

    await page.context().clearCookies();
    await page.goto(`${url}/console/`);
    await page.getByLabel('Usuário').fill('eva@clinica.com');
    await page.getByLabel('Senha', { exact: true }).fill(password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Escolha uma senha sua' }).waitFor();
  });

  it('are disabled, and are out at once', async ({ page, url, as }) => {
    const staff = await as('staff');
    await staff.page.goto(`${url}/console/home`);
    await staff.page.getByRole('heading', { name: 'Olá' }).waitFor();
    await page.goto(`${url}/console/users`);
    await page.getByRole('row', { name: staff.person.login }).click();
    await page.getByRole('button', { name: 'Desativar' }).click();
    await page.getByText('não entra mais').waitFor();
    await page.getByRole('button', { name: 'Desativar' }).click();
    await page.getByText('Desativada').waitFor();
    await staff.page.reload();
    await staff.page.getByLabel('Usuário').waitFor();
  });

  it('always hold an administrator: the last one is told why', async ({ page, url, person }) => {
    await page.goto(`${url}/console/users`);
    // The sandbox's own administrator first.
    for (const login of ['admin', person.login]) {
      await page.getByRole('row').filter({ hasText: login }).first().click();
      await page.getByLabel('Função').selectOption('auditor');
      await page.getByRole('button', { name: 'Salvar' }).click();
      if (login === 'admin') await page.getByText('Salvo.').first().waitFor();
    }
    await page.getByText('É a última pessoa que administra todas as clínicas').waitFor();
  });

  it('are only read by an auditor, and not shown to the front desk', async ({ url, as }) => {
    const auditor = await as('auditor');
    await auditor.page.goto(`${url}/console/users`);
    await auditor.page.getByRole('row', { name: auditor.person.login }).click();
    await auditor.page.getByRole('link', { name: 'O que fez' }).waitFor();
    expect(await auditor.page.getByRole('button', { name: 'Salvar' }).count()).toBe(0);
    expect(await auditor.page.getByLabel('Nome').isDisabled()).toBe(true);
    const staff = await as('staff');
    await staff.page.goto(`${url}/console/users`);
    await staff.page.getByText('não é da sua função').waitFor();
  });
});

describe('the trail', () => {
  it('shows who did what, by person and day, and where it leads', async ({
    page,
    url,
    person,
    directory,
  }) => {
    const { id, login } = await addPerson(directory, 'staff', ['aurora'], 'bia.recepcao');
    await fetch(`${url}/console/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-alo-console': '1' },
      body: JSON.stringify({ login, password: testPassword }),
    });
    await person.fetch(`/console/api/users/${id}`, {
      method: 'PATCH',
      body: JSON.stringify({ isDisabled: true }),
    });
    await page.goto(`${url}/console/audit`);
    await page.getByText('mudou uma pessoa').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByLabel('Pessoa').selectOption(id);
    await page.getByRole('button', { name: 'Buscar' }).click();
    await page.getByRole('row').filter({ hasText: login }).getByText('entrou').waitFor();
    expect(await page.getByText('mudou uma pessoa').count()).toBe(0);

    await page.getByRole('button', { name: 'Limpar' }).click();
    await page.getByRole('row').filter({ hasText: 'mudou uma pessoa' }).click();
    await page.getByText('isDisabled').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('link', { name: 'Tudo sobre este objeto' }).click();
    await page.waitForURL(/object=/);
    await page.getByText('mudou uma pessoa').waitFor();

    await page.getByLabel('De', { exact: true }).fill('2001-01-01');
    await page.getByLabel('Até').fill('2001-01-02');
    await page.getByRole('button', { name: 'Buscar' }).click();
    await page.getByText('Nada foi encontrado').waitFor();
  });

  it('is read on page by page, and downloaded', async ({ page, url, person }) => {
    for (let n = 0; n < 60; n += 1) await person.fetch('/console/api/audit');
    await page.goto(`${url}/console/audit`);
    await page.getByText('leu a trilha').first().waitFor();
    const rows = page.locator('tbody tr');
    expect(await rows.count()).toBe(50);
    await page.getByRole('button', { name: 'Mostrar mais antigas' }).click();
    await page.getByText('entrou').waitFor();
    expect(await rows.count()).toBeGreaterThan(60);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Baixar planilha' }).click();
    expect((await download).suggestedFilename()).toBe('auditoria.csv');
  });
});
