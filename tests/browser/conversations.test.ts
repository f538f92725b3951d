import type { Page } from 'playwright-core';
import { describe, expect, vi } from 'vitest';
import { seriousFaults } from '../support/browser.ts';
import { type OnConsole, onConsole } from '../support/browser-console.ts';
import { until } from '../support/stage.ts';
import { fillConversations, sentTo, withDeadJob, writeWhatsapp } from './text-pictures.ts';

vi.setConfig({ testTimeout: 120_000 });

const it = onConsole({ role: 'staff', clinics: ['aurora'], prepare: withDeadJob }, [
  /status of 409/,
]);

const log = (page: Page) => page.getByRole('log');

/** A conversation with an answer of the agent, opened at its page. */
async function openAnswered(on: OnConsole): Promise<Page> {
  const { page, url } = on;
  await page.goto(`${url}/console/conversations`);
  await page.getByText('Nenhuma conversa').waitFor();
  await writeWhatsapp(on, 'Quero marcar uma consulta com o cardiologista');
  await page.getByRole('link', { name: /Marina Lima/ }).click();
  await log(page)
    .getByText(/nome completo/)
    .waitFor();
  return page;
}

async function take(page: Page, name = 'Assumir') {
  await page.getByRole('button', { name }).click();
  await page.getByRole('dialog').getByRole('button', { name }).click();
}

describe('a patient’s conversation', () => {
  it('is seen as it goes on, taken, written in, given back, and then the agent answers again', async (on) => {
    const page = await openAnswered(on);
    expect(await page.content()).not.toContain('99999');
    await log(page).getByText('Lida').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await take(page);
    await page.getByText('Você responde.').waitFor();
    const before = sentTo(on).length;
    await writeWhatsapp(on, 'Tem alguém aí?');
    await log(page).getByText('Tem alguém aí?').waitFor({ timeout: 4_000 });
    await page.getByRole('link', { name: /Marina Lima.*Espera pela equipe/s }).waitFor();
    const field = page.getByLabel('Mensagem', { exact: true });
    await field.pressSequentially('Oi, Marina!');
    await field.press('Shift+Enter');
    await field.pressSequentially('Aqui é a Ana.');
    await writeWhatsapp(on, 'É urgente');
    await log(page).getByText('É urgente').waitFor();
    // What comes in takes nothing away from what is being written.
    expect(await field.inputValue()).toBe('Oi, Marina!\nAqui é a Ana.');
    await field.press('Enter');
    await until(() => sentTo(on).length === before + 1, 'the patient receives it');
    expect(sentTo(on).at(-1)).toBe('Oi, Marina!\nAqui é a Ana.');
    expect(await field.inputValue()).toBe('');
    const own = log(page).locator('.staff', { hasText: 'Aqui é a Ana.' });
    await own.getByText('Lida').waitFor();
    await writeWhatsapp(on, 'Meu nome é Marina Lima');
    await log(page).getByText('Meu nome é Marina Lima').waitFor();
    expect(sentTo(on)).toHaveLength(before + 1);
    await page.getByRole('button', { name: 'Devolver à assistente' }).click();
    await until(() => sentTo(on).length > before + 1, 'the agent answers', 20_000);
    await page.getByText('A assistente responde.').waitFor();
    await log(page).locator('.agent').nth(1).waitFor();
    expect(await field.count()).toBe(0);
  });

  it('that a colleague has is taken from them only when that is meant; what they write then is kept from leaving', async (on) => {
    const page = await openAnswered(on);
    const bia = await on.as('admin');
    await bia.page.goto(page.url());
    await take(page);
    await bia.page.getByText('Ana staff responde esta conversa.').waitFor();
    await page.getByLabel('Mensagem', { exact: true }).fill('Bom dia!');
    await take(bia.page, 'Assumir no lugar');
    await bia.page.getByText('Você responde.').waitFor();
    const before = sentTo(on).length;
    await page.getByRole('button', { name: 'Enviar', exact: true }).click({ timeout: 1_000 });
    await page.getByText('a mensagem não foi enviada').waitFor();
    await page.getByText('Ana admin responde esta conversa.').waitFor();
    expect(sentTo(on)).toHaveLength(before);
    await take(page, 'Assumir no lugar');
    // What was written is still there.
    await page.getByRole('button', { name: 'Enviar', exact: true }).click();
    await until(() => sentTo(on).at(-1) === 'Bom dia!', 'it is sent now');
  });

  it('is closed with a summary for staff, and found among the closed ones', async (on) => {
    const page = await openAnswered(on);
    await page.getByRole('button', { name: 'Encerrar' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Encerrar' }).click();
    await page.getByText('Encerrada pela equipe.').waitFor();
    await page.getByRole('heading', { name: 'Resumo para a equipe' }).waitFor();
    await page.getByText(/Protocolo do atendimento/).waitFor();
    await page.getByText('Nenhuma conversa').waitFor();
    await page.getByLabel('Situação').selectOption('closed');
    await page.getByRole('link', { name: /Marina Lima.*Encerrada/s }).waitFor();
    expect(page.url()).toContain('status=closed');
    await page.getByLabel('Canal').selectOption('web-chat');
    await page.getByText('Nenhuma conversa assim').waitFor();
  });

  it('of another clinic is not there, for whoever knows its address', async (on) => {
    const page = await openAnswered(on);
    const other = await on.as('staff', ['estrategia']);
    const path = new URL(page.url()).pathname.replace('/console/', '/console/api/');
    expect((await other.person.fetch(path)).status).toBe(404);
    await other.page.goto(page.url());
    await other.page.getByText('Esta conversa não existe.').waitFor();
  });

  it('is read and not touched by an auditor; one opening is one line of the trail', async (on) => {
    const page = await openAnswered(on);
    const auditor = await on.as('auditor');
    await auditor.page.goto(page.url());
    await log(auditor.page)
      .getByText(/nome completo/)
      .waitFor();
    await writeWhatsapp(on, 'Marina Lima');
    await log(auditor.page).getByText('Marina Lima').waitFor();
    expect(await auditor.page.getByRole('button', { name: 'Assumir' }).count()).toBe(0);
    const trail = await auditor.person.fetch('/console/api/audit?action=conversation.read');
    const { rows } = (await trail.json()) as { rows: { user: string }[] };
    expect(rows.filter(({ user }) => user === auditor.person.userId)).toHaveLength(1);
  });

  it('on a phone is one thing at a time: the list, or the conversation', async (on) => {
    await fillConversations(on, on.person);
    const { page, url } = on;
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${url}/console/conversations`);
    await page.getByRole('link', { name: /Marina Lima/ }).click();
    await log(page).getByText('de preferência cedo').waitFor();
    expect(await page.getByRole('link', { name: /José Carlos/ }).isVisible()).toBe(false);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(390);
    await page.getByRole('link', { name: 'Todas as conversas' }).click();
    await page.getByRole('link', { name: /José Carlos/ }).waitFor();
  });
});

describe('what the queue gave up', () => {
  it('is tried again by an admin, and the message that was lost is there', async (on) => {
    const admin = await on.as('admin');
    const { page } = admin;
    await page.goto(`${on.url}/console/jobs`);
    const row = page.getByRole('row').filter({ hasText: 'Guardar uma mensagem recebida' });
    await row.getByText('Não foi possível gravar.').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await row.getByRole('button', { name: 'Tentar de novo' }).click();
    await page.getByText('A tarefa voltou para a fila.').waitFor();
    await page.getByText('Nenhuma tarefa falhou').waitFor();
    await page.goto(`${on.url}/console/conversations`);
    await page.getByRole('link', { name: /Marina Lima/ }).click();
    await log(page).getByText('Oi, tem alguém aí?').waitFor();
  });
});
