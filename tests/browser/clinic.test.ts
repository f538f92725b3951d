import { describe, expect } from 'vitest';
import type { ClinicView } from '../../src/console/clinic-view.ts';
import { patienceMs, seriousFaults } from '../support/browser.ts';
import { type OnConsole, onConsole } from '../support/browser-console.ts';

const it = onConsole({ role: 'admin' }, [/status of (409|422)/]);

async function atClinic({ page, url }: OnConsole, part: string) {
  await page.goto(`${url}/console/clinic/${part}`);
  await page.getByRole('heading', { name: 'Clínica Aurora', level: 1 }).waitFor();
}

const greetingNow = ({ app }: OnConsole) =>
  app.clinics.find(({ id }) => id === 'aurora')?.persona.greeting;

describe('the data of a clinic', () => {
  it('a price is changed, compared, published, and taken back', async (stage) => {
    const { page, app } = stage;
    await atClinic(stage, 'prices');
    await page.getByRole('searchbox', { name: 'Procurar um preço' }).fill('ecocardio');
    await page.getByRole('button', { name: 'Ecocardiograma' }).click();
    await page.getByLabel('Preço novo, em reais').fill('dois');
    await page.getByRole('button', { name: 'Salvar no rascunho' }).click();
    await page.getByText('Escreva um valor como 130').waitFor();
    await page.getByLabel('Preço novo, em reais').fill('245,50');
    await page.keyboard.press('Enter');
    await page.getByText('R$ 245,50').waitFor();
    const priceNow = () =>
      app.clinics[0]?.services.find(({ id }) => id === 'ecocardiograma')?.offers[0]?.priceReais;
    expect(priceNow()).toBe(230);
    await page.getByRole('button', { name: 'Publicar…' }).click();
    await page.getByText('priceReais: 245.5').waitFor();
    await page.getByLabel('O que mudou').first().fill('reajuste');
    await page.getByRole('button', { name: 'Publicar agora' }).click();
    await page.getByText('Em vigor: versão 1').waitFor();
    expect(priceNow()).toBe(245.5);
    await page.getByRole('tab', { name: 'Histórico' }).click();
    await page.getByRole('cell', { name: 'reajuste' }).waitFor();
    const original = page.getByRole('row', { name: /Arquivo original/ });
    await original.getByRole('button', { name: 'Voltar a esta' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Voltar a esta' }).click();
    await page.getByText('Em vigor: versão 2').waitFor();
    expect(priceNow()).toBe(230);
  });

  it('a professional goes on holiday by the form, and the preview of the draft says so', async (stage) => {
    const { page } = stage;
    await atClinic(stage, 'days');
    const special = page.getByRole('group', { name: 'Dias diferentes e férias' });
    await special.getByRole('button', { name: 'Acrescentar dia' }).click();
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const later = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
    await special.getByLabel('Primeiro dia').last().fill(tomorrow);
    await special.getByLabel('Último dia').last().fill(later);
    await special.getByLabel('Quem').last().selectOption({ label: 'Dr. Ivan Lucena Prado' });
    await special.getByLabel('Motivo').last().fill('congresso em Natal');
    await special.getByRole('button', { name: 'Salvar no rascunho' }).click();
    await page.getByText(/Rascunho de Ana admin/).waitFor();
    await page.getByRole('tab', { name: 'Próximos 30 dias' }).click();
    await page.getByText(/Ivan Lucena Prado, congresso em Natal/).waitFor();
    await page.getByRole('button', { name: 'Descartar rascunho' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Descartar rascunho' }).click();
    await page.getByText('Sem rascunho').waitFor();
    await page.getByText('Como está agora.').waitFor();
    expect(await page.getByText(/congresso em Natal/).count()).toBe(0);
  });

  it('a mistake in the text is told by its line, and leads there', async (stage) => {
    const { page } = stage;
    await atClinic(stage, 'text');
    const area = page.getByLabel('Arquivo da clínica (YAML)');
    const text = await area.inputValue();
    await area.fill(text.replace('timeZone: America/Fortaleza', 'timeZone: Lua/Cratera'));
    await page.getByRole('button', { name: 'Salvar no rascunho' }).click();
    await page.getByText('O rascunho tem um problema').waitFor();
    await page.getByText(/timeZone: fuso horário IANA que existe/).waitFor();
    expect(await page.getByRole('button', { name: 'Publicar…' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: /^Linha \d+$/ }).click();
    const marked = await area.evaluate((element: HTMLTextAreaElement) =>
      element.value.slice(element.selectionStart, element.selectionEnd),
    );
    expect(marked).toBe('timeZone: Lua/Cratera');
  });

  it('the greeting of the next call is written here', async (stage) => {
    const { page } = stage;
    await atClinic(stage, 'greeting');
    const field = page.getByLabel('A primeira frase de cada ligação');
    const wished = `${await field.inputValue()} Bom dia!`;
    await field.fill(wished);
    await page.getByRole('button', { name: 'Salvar no rascunho' }).click();
    await page.getByRole('button', { name: 'Publicar…' }).click();
    await page.getByRole('button', { name: 'Publicar agora' }).click();
    await page.getByText('Em vigor: versão 1').waitFor();
    expect(greetingNow(stage)).toBe(wished);
  });

  it('whoever is slower is told, and sees what the faster one wrote', async (stage) => {
    const { page, person } = stage;
    await atClinic(stage, 'greeting');
    const path = '/console/api/clinics/aurora';
    const { text } = (await (await person.fetch(path)).json()) as ClinicView;
    const body = JSON.stringify({ revision: 0, text: text.replaceAll('Lia', 'Cida') });
    await person.fetch(`${path}/draft`, { method: 'PUT', body });
    await page.getByLabel('A primeira frase de cada ligação').fill('Outra saudação virtual');
    await page.getByRole('button', { name: 'Salvar no rascunho' }).click();
    await page.getByText('Outra pessoa mudou o rascunho').waitFor();
    const field = page.getByLabel('A primeira frase de cada ligação');
    await expect.poll(() => field.inputValue(), { timeout: patienceMs }).toContain('Cida');
  });

  it('an auditor reads all of it and finds nothing to press', async ({ as, url }) => {
    const { page } = await as('auditor');
    await page.goto(`${url}/console/clinic/days`);
    await page.getByRole('heading', { name: 'Horário de funcionamento' }).waitFor();
    expect(await page.getByRole('button', { name: 'Salvar no rascunho' }).count()).toBe(0);
    await page.getByRole('tab', { name: 'Histórico' }).click();
    await page.getByRole('cell', { name: 'Arquivo original' }).waitFor();
    expect(await page.getByRole('button', { name: 'Voltar a esta' }).count()).toBe(0);
  });

  it('the front desk is told that this page is not for it', async ({ as, url }) => {
    const { page } = await as('staff');
    await page.goto(`${url}/console/clinic`);
    await page.getByRole('heading', { name: 'Esta página não é da sua função' }).waitFor();
  });

  it('every part of it can be used by everybody', async (stage) => {
    for (const part of ['days', 'prices', 'greeting', 'text', 'preview', 'history']) {
      await atClinic(stage, part);
      expect(await seriousFaults(stage.page), part).toEqual([]);
    }
  });
});
