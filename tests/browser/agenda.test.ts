import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { patienceMs, seriousFaults, settled } from '../support/browser.ts';
import { type ConsoleOptions, type OnConsole, onConsole } from '../support/browser-console.ts';
import { bookAt, deskNow, friday, fridayAt, prepareDeskClinic } from '../support/desk-clinic.ts';

const options: ConsoleOptions = {
  role: 'staff',
  clinics: ['aurora'],
  now: deskNow,
  prepare: prepareDeskClinic,
};
const it = onConsole(options, [/status of (409|422)/]);
const path = `/console/agenda?day=${friday}`;

async function openAgenda({ page, url }: OnConsole, more = ''): Promise<Page> {
  await page.goto(`${url}${path}${more}`);
  await page.getByRole('heading', { name: 'Agenda', level: 1 }).waitFor();
  await settled(page);
  return page;
}
async function standing({ person }: OnConsole, id: string) {
  const answer = await person.fetch(`/console/api/appointments/${id}`);
  return (await answer.json()) as { status: string; time: string; replacedBy: string | null };
}
const column = (page: Page, lane: string) => page.locator(`[data-lane="${lane}"]`);
const visit = (page: Page, name: string) => page.getByRole('button', { name: new RegExp(name) });

describe('the agenda of a day', () => {
  it('shows who is there and what is free, and books by a click on free time', async (on) => {
    const page = await openAgenda(on);
    await page.getByRole('heading', { name: 'Dra. Ana Lima' }).waitFor();
    await page.getByText('0 de 6 vagas').first().waitFor();
    expect(await page.getByRole('heading', { name: 'Dr. Caio Melo' }).count()).toBe(0);
    await page.getByText('Sem atendimento neste dia').click();
    await page.getByText('Dr. Caio Melo').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Dra. Ana Lima, Livre de 08:00' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('option', { name: '08:30' }).waitFor({ state: 'attached' });
    await dialog.getByLabel('Horário').selectOption({ label: '08:30' });
    await dialog.getByLabel('Nome completo').fill('M');
    await dialog.getByLabel('Telefone').fill('88 99999-8888');
    await dialog.getByRole('button', { name: 'Agendar' }).click();
    await dialog.getByText('Escreva o nome completo').waitFor();
    await dialog.getByLabel('Nome completo').fill('Maria da Silva');
    await dialog.getByLabel('Pagamento').selectOption('pix');
    await dialog.getByRole('button', { name: 'Agendar' }).click();
    await page.getByText(/Agendado\. Protocolo \d{8}/).waitFor();
    await column(page, 'ana-lima')
      .getByRole('button', { name: /08:30 Maria da Silva/ })
      .waitFor();
    const found = await on.person.fetch('/console/api/appointments?clinic=aurora&q=maria');
    const { appointments } = (await found.json()) as { appointments: unknown[] };
    expect(appointments[0]).toMatchObject({
      patient: 'Maria da Silva',
      time: '08:30',
      status: 'booked',
    });
  });

  it('moves a visit that is dragged to another professional and time', async (on) => {
    const id = await bookAt(on.person);
    const page = await openAgenda(on);
    const from = await visit(page, 'Maria da Silva').boundingBox();
    const to = await column(page, 'bruno-reis').boundingBox();
    if (!from || !to) throw new Error('nothing to drag');
    await page.mouse.move(from.x + 20, from.y + 10);
    await page.mouse.down();
    // An hour is 84 px: two hours further down, one column to the right.
    await page.mouse.move(to.x + 40, from.y + 60, { steps: 4 });
    await page.mouse.move(to.x + 40, from.y + 2 * 84, { steps: 4 });
    await page.locator('.agenda-drop').waitFor();
    await page.mouse.up();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('De: Consulta de Cardiologia, Dra. Ana Lima').waitFor();
    await dialog.getByRole('option', { name: '11:00' }).waitFor({ state: 'attached' });
    expect(await dialog.getByLabel('Horário').inputValue()).toBe(String(fridayAt('11:00')));
    await dialog.getByRole('button', { name: 'Remarcar' }).click();
    await page.getByText('Remarcado. Avise o paciente.').waitFor();
    await column(page, 'bruno-reis')
      .getByRole('button', { name: /11:00 Maria da Silva/ })
      .waitFor();
    expect(await column(page, 'ana-lima').getByRole('button', { name: /Maria/ }).count()).toBe(0);
    const before = await standing(on, id);
    expect(before.status).toBe('cancelled');
    expect(await standing(on, before.replacedBy ?? '')).toMatchObject({
      status: 'booked',
      time: '11:00',
    });
  });

  it('moves a visit by the keyboard alone, and is told when the time is taken', async (on) => {
    const id = await bookAt(on.person);
    const page = await openAgenda(on);
    await visit(page, 'Maria da Silva').focus();
    await page.keyboard.press('m');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('option', { name: '10:00' }).waitFor({ state: 'attached' });
    await dialog.getByLabel('Horário').selectOption({ label: '10:00' });
    // Somebody is faster.
    await bookAt(on.person, { startMs: fridayAt('10:00'), name: 'José Lima' });
    await dialog.getByRole('button', { name: 'Remarcar' }).press('Enter');
    await dialog.getByText('Esse horário acabou de ser ocupado').waitFor();
    await dialog.getByRole('button', { name: /27\/11\/2026 10:30/ }).press('Enter');
    await dialog.getByRole('option', { name: '10:30' }).waitFor({ state: 'attached' });
    await expect
      .poll(() => dialog.getByLabel('Horário').inputValue(), { timeout: patienceMs })
      .toBe(String(fridayAt('10:30')));
    await dialog.getByRole('button', { name: 'Remarcar' }).press('Enter');
    await page.getByText('Remarcado. Avise o paciente.').waitFor();
    await visit(page, '10:30 Maria da Silva').waitFor();
    expect((await standing(on, id)).status).toBe('cancelled');
  });

  it('cancels with a reason, and says who waits for the place', async (on) => {
    const id = await bookAt(on.person);
    const waiting = {
      clinic: 'aurora',
      bookable: 'cardio@ana-lima',
      name: 'Zé Souza',
      phone: '88999997777',
    };
    await on.person.fetch('/console/api/waiting', {
      method: 'POST',
      body: JSON.stringify(waiting),
    });
    const page = await openAgenda(on);
    await visit(page, 'Maria da Silva').click();
    const panel = page.getByRole('dialog');
    await panel.getByText('Protocolo').waitFor();
    await settled(page);
    expect(await seriousFaults(page)).toEqual([]);
    await panel.getByRole('button', { name: 'Cancelar agendamento' }).click();
    await panel.getByRole('button', { name: 'Cancelar agendamento' }).click();
    await panel.getByText('Escreva o motivo.').waitFor();
    await panel.getByLabel('Motivo').fill('paciente viajou');
    await panel.getByRole('button', { name: 'Cancelar agendamento' }).click();
    await panel.getByText('Zé Souza').waitFor();
    const link = await panel.getByRole('link', { name: 'Ligar' }).getAttribute('href');
    expect(link).toContain('to=%2B5588999997777');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => !document.querySelector('.agenda-entry'));
    expect((await standing(on, id)).status).toBe('cancelled');
  });

  it('closes time of a professional, and opens it again', async (on) => {
    const page = await openAgenda(on);
    await page.getByRole('button', { name: 'Mais' }).click();
    await page.getByRole('menuitem', { name: 'Fechar horário' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('De quem').selectOption({ label: 'Dra. Ana Lima' });
    await dialog.getByLabel('Motivo').selectOption('vacation');
    expect(await seriousFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Fechar horário' }).click();
    await page.getByRole('button', { name: 'Fechado: férias' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: 'Abrir este horário de novo' })
      .click();
    await page.getByText('O horário está aberto de novo.').waitFor();
    await page.getByRole('button', { name: 'Dra. Ana Lima, Livre de 08:00' }).waitFor();
  });

  it('shows by itself what was booked meanwhile, and what callers spell is text', async (on) => {
    const page = await openAgenda(on);
    const name = '<img src=x onerror=alert(1)> Silva';
    await bookAt(on.person, { name });
    await page
      .getByText(name)
      .first()
      .waitFor({ timeout: 2 * patienceMs });
    expect(await page.locator('.agenda-frame img').count()).toBe(0);
  });

  it('goes to the week of one professional, to the rooms, and to a patient by name', async (on) => {
    await bookAt(on.person);
    const page = await openAgenda(on);
    await page.getByRole('button', { name: 'Semana' }).click();
    await page.getByLabel('Agenda de').selectOption({ label: 'Dra. Bia Rocha' });
    await page.getByRole('heading', { name: /sex\., 27\/11/ }).waitFor();
    await page.getByRole('button', { name: 'Próximo' }).click();
    await page.getByText('não atende: congresso').waitFor();
    await page.getByRole('button', { name: 'Salas' }).click();
    await page.getByRole('button', { name: 'Dia', exact: true }).click();
    await page.getByLabel('Nome, protocolo ou telefone').fill('maria silva');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Ir para o dia' }).click();
    await page.getByRole('dialog', { name: 'Maria da Silva' }).waitFor();
    await page.keyboard.press('Escape');
    await column(page, 'sala-1')
      .getByRole('button', { name: /Maria da Silva/ })
      .waitFor();
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('makes a calendar address that is told once and read without signing in', async (on) => {
    await bookAt(on.person);
    const page = await openAgenda(on);
    await page.getByRole('button', { name: 'Mais' }).click();
    await page.getByRole('menuitem', { name: 'No meu calendário' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Nome').fill('Celular da Ana');
    await dialog.getByRole('button', { name: 'Criar endereço' }).click();
    const address = await dialog.getByLabel('Endereço do calendário').inputValue();
    const answer = await fetch(address);
    expect(await answer.text()).toContain('SUMMARY:Consulta – M. S.');
    await dialog.getByRole('button', { name: 'Fechar este endereço: Celular da Ana' }).click();
    await dialog.getByText('Nenhum endereço aberto.').waitFor();
    expect((await fetch(address)).status).toBe(404);
  });
});

describe('on a phone and on paper', () => {
  const onPhone = onConsole({ ...options, width: 390 });
  onPhone('the day is a list that opens, and fits', async (on) => {
    await bookAt(on.person);
    const page = await openAgenda(on);
    await page
      .locator('.agenda-list')
      .getByRole('button', { name: /Maria da Silva/ })
      .click();
    await page.getByRole('dialog').getByText('Protocolo').waitFor();
    await page.keyboard.press('Escape');
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(390);
    expect(await seriousFaults(page)).toEqual([]);
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('navigation').isVisible()).toBe(false);
    expect(await page.locator('.agenda-list').isVisible()).toBe(true);
  });
});
