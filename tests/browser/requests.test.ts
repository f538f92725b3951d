import { describe, expect } from 'vitest';
import { seriousFaults, settled } from '../support/browser.ts';
import { type OnConsole, onConsole } from '../support/browser-console.ts';
import { deskNow, prepareDeskClinic } from '../support/desk-clinic.ts';
import { fillRequests } from './desk-pictures.ts';

const it = onConsole(
  { role: 'staff', clinics: ['aurora'], now: deskNow, prepare: prepareDeskClinic },
  [/status of (409|422)/],
);

async function open({ page, url }: OnConsole, path = '') {
  await page.goto(`${url}/console/requests${path}`);
  await page.getByRole('heading', { name: 'Pedidos' }).waitFor();
  await settled(page);
  return page;
}

describe('requests of callers', () => {
  it('are taken by one person, seen as taken by another, and done', async (on) => {
    await fillRequests(on);
    const page = await open(on);
    const one = page.getByRole('listitem').filter({ hasText: 'preparo do exame' });
    await one.getByRole('link', { name: 'Ouvir o pedido' }).waitFor();
    await page.getByText('urgente').waitFor();
    await page.getByText('Rita Moura cuida disto').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await one.getByRole('button', { name: 'Cuidar deste' }).click();
    await one.getByText('Você cuida disto').waitFor();
    const other = await on.as('staff', ['aurora']);
    await other.page.goto(`${on.url}/console/requests`);
    await other.page.getByText('Ana staff cuida disto').waitFor();
    await one.getByRole('button', { name: 'Concluir' }).click();
    await one.waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: 'Concluídos' }).click();
    await one.getByText('Concluído por Ana staff').waitFor();
    await one.getByRole('button', { name: 'Abrir de novo' }).click();
    await one.waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: 'Abertos' }).click();
    await one.getByRole('button', { name: 'Cuidar deste' }).waitFor();
  });
});

describe('the waiting list', () => {
  it('takes somebody, shows the next place, and books it for them', async (on) => {
    const page = await open(on, '/waiting');
    await page.getByText('Ninguém na lista de espera').waitFor();
    await page.getByRole('button', { name: 'Pôr na lista de espera' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Nome').fill('Zé Souza');
    await dialog.getByLabel('Telefone').fill('123');
    await dialog.getByRole('button', { name: 'Pôr na lista de espera' }).click();
    await dialog.getByText('O telefone não existe assim').waitFor();
    await dialog.getByLabel('Telefone').fill('88 99999-7777');
    await dialog.getByLabel('Com qualquer profissional').check();
    await dialog.getByRole('button', { name: 'Pôr na lista de espera' }).click();
    await page.getByRole('cell', { name: 'Zé Souza' }).waitFor();
    await page.getByRole('cell', { name: '26/11/2026 10:30' }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    const link = await page
      .getByRole('link', { name: 'Ligar', exact: true })
      .last()
      .getAttribute('href');
    expect(decodeURIComponent(link ?? '').replaceAll('+', ' ')).toContain(
      'Abriu uma vaga na clínica: quinta-feira',
    );
    await page.getByRole('button', { name: 'Agendar' }).click();
    const form = page.getByRole('dialog');
    await form.getByText('Da lista de espera: Zé Souza').waitFor();
    expect(await form.getByLabel('Nome completo').inputValue()).toBe('Zé Souza');
    await form.getByRole('option', { name: '10:30' }).waitFor({ state: 'attached' });
    await form.getByRole('button', { name: 'Agendar' }).click();
    await page.getByText(/Agendado\. Protocolo/).waitFor();
    await page.getByText('Ninguém na lista de espera').waitFor();
  });
});
