import type { Page } from 'playwright-core';
import { describe, expect, vi } from 'vitest';
import { seriousFaults } from '../support/browser.ts';
import { onConsole } from '../support/browser-console.ts';
import { until } from '../support/stage.ts';

vi.setConfig({ testTimeout: 120_000 });

const it = onConsole({ role: 'admin' }, [/status of 422/]);

const card = (page: Page, name: string) => page.getByRole('region', { name });

async function fillForm(page: Page, number: string): Promise<void> {
  const fields: [string, string][] = [
    ['Nome', 'Clínica Vida Nova'],
    ['Endereço', 'Avenida Beira Rio, 10'],
    ['Cidade', 'Fortaleza'],
    ['Telefone da clínica', number],
    ['Número do WhatsApp', '85 98888-0001'],
    ['Nome completo', 'Lúcia Araújo Prado'],
    ['Especialidade', 'Cardiologia'],
    ['Preço da consulta (R$)', '180,00'],
  ];
  for (const [label, value] of fields) await page.getByLabel(label, { exact: true }).fill(value);
}

describe('clinics and their numbers', () => {
  it('say whether they are answered, and how much waits there', async ({ page, url }) => {
    await page.goto(`${url}/console/clinics`);
    const aurora = card(page, 'Clínica Aurora');
    await aurora.getByRole('heading', { name: /Telefone.*Atende/ }).waitFor();
    await aurora.getByRole('heading', { name: /WhatsApp.*Atende/ }).waitFor();
    await aurora.getByText('+55 88 3543-0000').first().waitFor();
    await aurora.getByText('nenhum: depois de 24 horas').waitFor();
    expect(await aurora.getByRole('button', { name: 'Tirar do ar' }).count()).toBe(0);
    expect(await seriousFaults(page)).toEqual([]);
    await aurora.getByRole('button', { name: 'Ver as conversas' }).click();
    await page.getByRole('heading', { name: 'Conversas' }).waitFor();
  });

  it('an auditor reads them, and adds none; who administers one clinic sees that one', async (on) => {
    const auditor = await on.as('auditor');
    await auditor.page.goto(`${on.url}/console/clinics`);
    await card(auditor.page, 'Clínica Aurora').waitFor();
    expect(await auditor.page.getByRole('button', { name: 'Nova clínica' }).count()).toBe(0);
    const some = await on.as('admin', ['aurora']);
    await some.page.goto(`${on.url}/console/clinics`);
    await card(some.page, 'Clínica Aurora').waitFor();
    expect(await card(some.page, 'Estratégia Investimentos').count()).toBe(0);
    expect(await some.page.getByRole('button', { name: 'Nova clínica' }).count()).toBe(0);
  });
});

describe('a new clinic', () => {
  it('by a form: another clinic’s number is refused at its field; then it answers, and is taken out of service', async (on) => {
    const { page, url, app } = on;
    await page.goto(`${url}/console/clinics`);
    await page.getByRole('button', { name: 'Nova clínica' }).click();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Criar a clínica' }).click();
    await page.getByText('não pode ficar vazio').first().waitFor();
    await fillForm(page, '(88) 3543-0000');
    expect(await page.getByLabel('Identificador').inputValue()).toBe('clinica-vida-nova');
    await page.getByRole('button', { name: 'Criar a clínica' }).click();
    const number = page.getByLabel('Telefone da clínica', { exact: true });
    await page.getByText('já é de Clínica Aurora').waitFor();
    expect(await number.getAttribute('aria-invalid')).toBe('true');
    // Nothing that was written is lost.
    expect(await page.getByLabel('Especialidade').inputValue()).toBe('Cardiologia');
    await number.fill('(85) 3555-0000');
    await page.getByRole('button', { name: 'Criar a clínica' }).click();
    await page.getByText('Clínica Vida Nova está no ar.').waitFor();
    const own = card(page, 'Clínica Vida Nova');
    await own.getByText('+55 85 3555-0000').waitFor();
    await own.getByText('criada aqui').waitFor();
    const from = '+5585999990042';
    const to = '+5585988880001';
    const text = 'Onde fica a clínica?';
    await app.sandbox?.whatsapp.write({ url: `${url}/whatsapp`, from, to, text, name: 'Rita' });
    await until(
      () => app.sandbox?.messages.some((one) => one.to === from && /Beira Rio/.test(one.body)),
      'the clinic answers',
      20_000,
    );
    await own.getByRole('button', { name: 'Ver as conversas' }).click();
    await page.getByRole('link', { name: /Rita/ }).click();
    await page
      .getByRole('log')
      .getByText(/Beira Rio/)
      .waitFor();
    await page.goto(`${url}/console/clinics`);
    await own.getByRole('button', { name: 'Tirar do ar' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Tirar do ar' }).click();
    await own.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Pôr de volta: Clínica Vida Nova' }).click();
    await own.getByText('+55 85 3555-0000').waitFor();
  });

  it('by a file: what is wrong is told by line', async ({ page, url }) => {
    await page.goto(`${url}/console/clinics/new`);
    await page.getByRole('tab', { name: 'Arquivo YAML' }).click();
    const text = 'id: so-voz\nname: ""\ntimeZone: America/Recife\nnumbers: ["+558130000001"]\n';
    await page.getByLabel('Escolher um arquivo').setInputFiles({
      name: 'so-voz.yaml',
      mimeType: 'application/yaml',
      buffer: Buffer.from(text),
    });
    const field = page.getByLabel('Texto do arquivo');
    await until(async () => (await field.inputValue()) === text, 'the file is read');
    await page.getByRole('button', { name: 'Criar a clínica' }).click();
    await page.getByText('Linha 2: name: não pode ficar vazio').waitFor();
    await field.fill(text.replace('""', 'Só Voz'));
    await page.getByRole('button', { name: 'Criar a clínica' }).click();
    await card(page, 'Só Voz').getByText('Esta clínica não tem WhatsApp.').waitFor();
  });
});
