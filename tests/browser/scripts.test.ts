import { describe, expect } from 'vitest';
import { patienceMs, seriousFaults } from '../support/browser.ts';
import { type OnConsole, onConsole } from '../support/browser-console.ts';

const it = onConsole({ role: 'admin' }, [/status of (400|409)/]);

async function atScripts({ page, url }: OnConsole) {
  await page.goto(`${url}/console/scripts`);
  await page.getByRole('heading', { name: 'Roteiros', level: 1 }).waitFor();
  await page.getByRole('table', { name: 'Todos os roteiros' }).waitFor();
}

async function tried({ page }: OnConsole, phrase: string) {
  await page.getByLabel('Experimentar uma frase', { exact: true }).last().fill(phrase);
  await page.keyboard.press('Enter');
}

/** A script with one question of choice, drafted by the form. */
async function writeNew({ page }: OnConsole) {
  await page.getByRole('button', { name: 'Novo roteiro' }).click();
  await page.getByLabel('Nome', { exact: true }).fill('Estacionamento');
  await page.getByLabel('Quando se aplica').fill('Quem pergunta onde deixar o carro');
  await page
    .getByLabel('Frases de exemplo')
    .fill('onde estaciono o carro\ntem vaga de garagem\no estacionamento é pago');
  await page.getByRole('button', { name: 'Acrescentar pergunta' }).click();
  await page.getByLabel('Como se pergunta').fill('De carro ou de moto?');
  await page.getByLabel('Nome para a equipe').fill('Veículo');
  await page.getByLabel('Tipo de resposta').selectOption('choice');
  await page.getByLabel('Opções').fill('Carro: automóvel\nMoto: motocicleta, motinha');
  await page.getByLabel('Mensagem final').fill('O estacionamento fica ao lado e é gratuito.');
  await page.getByRole('button', { name: 'Salvar rascunho' }).click();
}

describe('the scripts', () => {
  it('a phrase is tried: which script answers, how surely, and why', async (stage) => {
    await atScripts(stage);
    await tried(stage, 'quero marcar uma consulta com o cardiologista');
    await stage.page.getByText(/^Responde: /).waitFor();
    await stage.page
      .getByText(/Palavras: .*consulta/)
      .first()
      .waitFor();
    await tried(stage, 'xyzzy plugh');
    await stage.page.getByText(/Nenhum roteiro (serve|tem)/).waitFor();
  });

  it('one is written, tried as a draft, published, changed, and taken back', async (stage) => {
    const { page } = stage;
    await atScripts(stage);
    await writeNew(stage);
    await page.getByText('Nunca foi publicado.').waitFor();
    expect(await page.getByLabel('Opções').inputValue()).toBe(
      'Carro: automóvel\nMoto: motocicleta, motinha',
    );
    await page.getByRole('link', { name: 'Todos os roteiros' }).click();
    await page.getByLabel('Com os rascunhos').check();
    await tried(stage, 'tem garagem para estacionar meu carro?');
    await page.getByText('Responde: Estacionamento').waitFor();
    await page.getByLabel('Com os rascunhos').uncheck();
    await tried(stage, 'tem garagem para estacionar meu carro?');
    await expect
      .poll(() => page.getByText('Responde: Estacionamento').count(), { timeout: patienceMs })
      .toBe(0);
    await page.getByRole('link', { name: 'Estacionamento' }).click();
    await page.getByRole('button', { name: 'Publicar…' }).click();
    await page.getByLabel('O que mudou').fill('roteiro novo');
    await page.getByRole('button', { name: 'Publicar agora' }).click();
    await page.getByText('Publicado, versão 1').waitFor();
    await page.getByLabel('Mensagem final').fill('O estacionamento agora é pago.');
    await page.getByRole('button', { name: 'Salvar rascunho' }).click();
    await page.getByRole('button', { name: 'Publicar…' }).click();
    await page.getByRole('button', { name: 'Publicar agora' }).click();
    await page.getByText('Publicado, versão 2').waitFor();
    await page.getByRole('tab', { name: 'Histórico' }).click();
    await page
      .getByRole('row', { name: /roteiro novo/ })
      .getByRole('button', { name: 'Voltar a esta' })
      .click();
    await page.getByRole('dialog').getByRole('button', { name: 'Voltar a esta' }).click();
    await page.getByText('Publicado, versão 3').waitFor();
    await page.getByRole('tab', { name: 'Editar' }).click();
    expect(await page.getByLabel('Mensagem final').inputValue()).toContain('gratuito');
  });

  it('what is missing is told in a sentence, and what was typed stays', async (stage) => {
    const { page } = stage;
    await atScripts(stage);
    await page.getByRole('button', { name: 'Novo roteiro' }).click();
    await page.getByLabel('Nome', { exact: true }).fill('Meio roteiro');
    await page.getByRole('button', { name: 'Salvar rascunho' }).click();
    await page.getByText(/Corrija: /).waitFor();
    expect(await page.getByLabel('Nome', { exact: true }).inputValue()).toBe('Meio roteiro');
  });

  it('the front desk reads and tries, and changes nothing', async ({ as, url }) => {
    const { page } = await as('staff');
    await page.goto(`${url}/console/scripts`);
    await page.getByRole('table', { name: 'Todos os roteiros' }).getByRole('link').first().click();
    await page.getByLabel('Mensagem final').waitFor();
    expect(await page.getByRole('button', { name: /Salvar|Publicar|Apagar/ }).count()).toBe(0);
    expect(await page.getByLabel('Mensagem final').isDisabled()).toBe(true);
  });

  it('every part of them can be used by everybody', async (stage) => {
    const { page } = stage;
    await atScripts(stage);
    const faults = await seriousFaults(page, async (copy) => {
      await copy.locator('form input').first().fill('quero marcar consulta');
      await copy.keyboard.press('Enter');
      await copy.locator('.scripts-score').first().waitFor();
    });
    expect(faults).toEqual([]);
    await page.getByRole('table', { name: 'Todos os roteiros' }).getByRole('link').first().click();
    await page.getByLabel('Mensagem final').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
  });
});
