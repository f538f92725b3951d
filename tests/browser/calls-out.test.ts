import { describe, expect } from 'vitest';
import { seriousFaults, settled } from '../support/browser.ts';
import { type OnConsole, onConsole } from '../support/browser-console.ts';
import { bookAt, deskNow, friday, prepareDeskClinic } from '../support/desk-clinic.ts';

const it = onConsole(
  {
    role: 'staff',
    clinics: ['aurora'],
    now: deskNow,
    prepare: prepareDeskClinic,
    env: { DIAL_HOURS: 'mon-sun 00:00-24:00, hol 00:00-24:00' },
  },
  [/status of (409|422|429|403)/],
);
const talkMs = 60_000;

async function open({ page, url }: OnConsole, path = '') {
  await page.goto(`${url}/console/calls-out${path}`);
  await page.getByRole('heading', { name: 'Ligar para alguém' }).waitFor();
  await settled(page);
  return page;
}

describe('calling somebody', () => {
  it('rings in the sandbox, is followed until it ends, and leads to the recording', async (on) => {
    const page = await open(on);
    await page.getByRole('button', { name: 'Ligar agora' }).click();
    await page.getByText('Escreva o telefone.').waitFor();
    await page.getByLabel('Telefone com DDD').fill('(88) 99999-0002');
    await page.getByLabel('Motivo da ligação').fill('Avisar que a clínica abre mais cedo amanhã.');
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Ligar agora' }).click();
    const progress = page.getByRole('region', { name: 'Andamento da ligação' });
    await progress.getByText('+5588999990002').waitFor();
    await progress.getByText('em conversa').waitFor({ timeout: talkMs });
    await endCalls(on);
    await progress.getByText('encerrada').waitFor({ timeout: talkMs });
    const link = progress.getByRole('link', { name: 'Ouvir' });
    await link.waitFor({ timeout: talkMs });
    expect(await link.getAttribute('href')).toMatch(/^\/console\/recordings\/[a-z2-7]{26}$/);
    const calls = page.getByRole('region', { name: 'Ligações feitas' });
    await calls.getByText('Avisar que a clínica abre mais cedo').waitFor();
    // The same person twice within ten minutes is refused, and why is said in words.
    await page.getByLabel('Telefone com DDD').fill('88 99999-0002');
    await page.getByRole('button', { name: 'Ligar agora' }).click();
    await page
      .getByRole('alert')
      .getByText(/minutos|dez|pouco/i)
      .waitFor();
    await page.getByLabel('Telefone com DDD').fill('190');
    await page.getByRole('button', { name: 'Ligar agora' }).click();
    await page
      .getByRole('alert')
      .getByText(/emergência/)
      .waitFor();
  });

  it('a file shows its bad lines before anybody is called, then calls and tells', async (on) => {
    const page = await open(on, '/lists');
    await page.getByLabel('Para quê').selectOption('custom');
    await page.getByLabel('Nome da lista').fill('Mudança de endereço');
    await page.getByLabel('Ligações por minuto').fill('60');
    const rows = ['telefone;nome;mensagem', '88999990002;Maria;Mudamos.', '12;José;Mudamos.'];
    await page.getByLabel('De um arquivo CSV').setInputFiles({
      name: 'pacientes.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(rows.join('\n')),
    });
    await page.getByRole('heading', { name: 'Mudança de endereço' }).waitFor();
    await page.getByText('1 linha não entrou na lista').waitFor();
    await page.getByText('Linha 3').waitFor();
    await page.getByText('0 de 1 pessoas').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Começar a ligar' }).click();
    await page.getByRole('button', { name: 'Pausar' }).waitFor();
    await page.getByRole('cell', { name: /^chamando$/ }).waitFor({ timeout: talkMs });
    await page.getByRole('button', { name: 'Pausar' }).click();
    await page.getByRole('button', { name: 'Continuar' }).waitFor();
    await endCalls(on);
    await page.getByRole('cell', { name: /^atendeu$/ }).waitFor({ timeout: talkMs });
    await page.getByText('1 de 1 pessoas').first().waitFor();
    await page.getByRole('link', { name: 'Todas as listas' }).click();
    await page.getByRole('link', { name: 'Mudança de endereço' }).waitFor();
  });

  it('the agenda of a day becomes a list, which is stopped for good', async (on) => {
    await bookAt(on.person, { phone: '88999990002' });
    const page = await open(on, '/lists');
    await page.getByLabel('Da agenda: quem tem consulta em').fill(friday);
    await page.getByRole('button', { name: 'Montar lista deste dia' }).click();
    await page.getByRole('cell', { name: 'Maria da Silva' }).waitFor();
    await page.getByRole('button', { name: 'Parar de vez' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Parar de vez' }).click();
    await page.getByText('parada', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Começar a ligar' }).count()).toBe(0);
  });
});

const admin = onConsole({ role: 'admin', now: deskNow, prepare: prepareDeskClinic }, [
  /status of (422|403)/,
]);
describe('people who want no calls', () => {
  admin('are put on the list with a reason, and taken off with one', async (on) => {
    const page = await open(on, '/opt-outs');
    await page.getByText('Ninguém nesta lista').waitFor();
    await page.getByLabel('Telefone com DDD').fill('88 99999-0002');
    await page.getByRole('button', { name: 'Pôr na lista' }).click();
    await page.getByText('Escreva o motivo.').waitFor();
    await page.getByLabel('Motivo').fill('pediu na recepção');
    await page.getByRole('button', { name: 'Pôr na lista' }).click();
    await page.getByRole('cell', { name: '+5588999990002' }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Tirar da lista' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Motivo').fill('quer receber de novo');
    await dialog.getByRole('button', { name: 'Tirar da lista' }).click();
    await page.getByText('Ninguém nesta lista').waitFor();
  });
});

async function endCalls({ app }: OnConsole): Promise<void> {
  for (const call of app.sandbox?.carrier.calls.values() ?? []) await call.hangUp();
}
