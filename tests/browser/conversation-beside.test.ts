import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, vi } from 'vitest';
import { seriousFaults, settled } from '../support/browser.ts';
import { type OnConsole, onConsole } from '../support/browser-console.ts';
import { seedCalls } from '../support/seeded-calls.ts';
import { until } from '../support/stage.ts';
import { chatOnPage, sentTo, writeWhatsapp } from './text-pictures.ts';

vi.setConfig({ testTimeout: 120_000 });

const it = onConsole(
  {
    role: 'staff',
    clinics: ['aurora'],
    env: { CHAT_MODE: 'scripts' },
    prepare: (directory) => seedCalls(directory),
  },
  [/status of (400|404|409)/],
);

const approvedText = `HX${'ab'.repeat(16)}`;
const itApproved = onConsole(
  {
    role: 'staff',
    clinics: ['aurora'],
    prepare: async (directory) => {
      const path = join(directory, 'clinics', 'aurora.yaml');
      const text = await readFile(path, 'utf8');
      const whatsapp = `whatsapp: { number: "+558835430000", templates: { reopen: ${approvedText} } }`;
      await writeFile(path, text.replace(/^whatsapp: .*$/m, whatsapp));
    },
  },
  [/status of 409/],
);

/** A visitor of the page who has said their name to a script, opened by staff. */
async function openChat(on: OnConsole): Promise<Page> {
  const { page, url } = on;
  await chatOnPage(url, ['quero a segunda via do meu recibo', 'Ana Lima']);
  await page.goto(`${url}/console/conversations`);
  await page.getByRole('link', { name: /Ana Lima/ }).click();
  await page.getByRole('region', { name: 'Roteiro' }).getByRole('list').first().waitFor();
  await settled(page);
  return page;
}

describe('the script of a conversation', () => {
  it('is seen with its reason and its answers; an answer that does not fit is refused in words, one that fits is kept', async (on) => {
    const page = await openChat(on);
    const panel = page.getByRole('region', { name: 'Roteiro' });
    await panel.getByText(/Escolhido pel[ao]s? .*%/).waitFor();
    await panel.getByText('Palavras que decidiram').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    const first = panel.locator('.conversations-questions > li').first();
    await first.getByText('Ana Lima').waitFor();
    await first.getByRole('button', { name: /^Corrigir/ }).click();
    await first.getByLabel('Resposta certa').fill('123');
    await first.getByRole('button', { name: 'Salvar' }).click();
    await first.locator('.wrong').waitFor();
    expect(await first.locator('.wrong').textContent()).not.toContain('undefined');
    await first.getByLabel('Resposta certa').fill('Ana Beatriz Lima');
    await first.getByRole('button', { name: 'Salvar' }).click();
    await page.getByText('Resposta corrigida.').waitFor();
    await first.getByText('Ana Beatriz Lima').waitFor();
    const auditor = await on.as('auditor', ['aurora']);
    await auditor.page.goto(page.url());
    await auditor.page.getByText('Ana Beatriz Lima').waitFor();
    expect(await auditor.page.getByRole('button', { name: /^Corrigir/ }).count()).toBe(0);
  });

  it('is another when staff choose it', async (on) => {
    const page = await openChat(on);
    const panel = page.getByRole('region', { name: 'Roteiro' });
    const before = await panel.locator('strong').first().textContent();
    const select = panel.getByLabel('Escolher outro roteiro');
    const [, other] = await select.locator('option').allTextContents();
    await select.selectOption({ label: other ?? '' });
    await page.getByRole('dialog').getByRole('button', { name: 'Usar este' }).click();
    await panel.getByText('Escolhido pela equipe.').waitFor();
    expect(await panel.locator('strong').first().textContent()).toBe(other);
    expect(other).not.toBe(before);
  });
});

describe('somebody who has not written for a day', () => {
  const hourMs = 3_600_000;
  async function openOld(on: OnConsole): Promise<Page> {
    const { page, url, app } = on;
    await writeWhatsapp(on, 'Onde fica a clínica?');
    await until(() => sentTo(on).length > 0, 'the agent answers', 20_000);
    const { conversations } = app.messaging;
    const [head] = await conversations.list({ channel: 'whatsapp', limit: 1 });
    const longAgo = (ms: number | null) => (ms ?? 0) - 30 * hourMs;
    await conversations.update(head?.id ?? '', (one) => ({
      ...one,
      heardAtMs: longAgo(one.heardAtMs),
    }));
    await page.goto(`${url}/console/conversations/${head?.id}`);
    return page;
  }
  const ask = async (page: Page) => {
    await page.getByRole('button', { name: 'Retomar conversa' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Retomar conversa' }).click();
  };

  it('cannot be asked to answer without an approved text: staff are told what to do', async (on) => {
    const page = await openOld(on);
    await ask(page);
    await page.getByText('não tem um modelo de mensagem aprovado').waitFor();
  });

  itApproved('is asked to answer; only then staff write again', async (on) => {
    const page = await openOld(on);
    await ask(page);
    await page.getByText('O pedido foi enviado.').waitFor();
    await page.getByText('o WhatsApp só aceita a mensagem que pede resposta').waitFor();
    const field = page.getByLabel('Mensagem', { exact: true });
    expect(await field.count()).toBe(0);
    expect(on.app.sandbox?.messages.at(-1)?.template?.sid).toBe(approvedText);
    expect(await seriousFaults(page)).toEqual([]);
    await writeWhatsapp(on, 'Oi, pode falar');
    await field.fill('Seu exame chegou.');
    await field.press('Enter');
    await until(() => sentTo(on).at(-1) === 'Seu exame chegou.', 'staff write again');
  });
});

describe('the history of a person', () => {
  it('leads to their calls and to their other conversation, and says so when there is nothing', async (on) => {
    const { page, url, app, person } = on;
    const from = '+5588999990001';
    await writeWhatsapp(on, 'Onde fica a clínica?', { from, name: 'Marina' });
    await until(() => sentTo(on, from).length > 0, 'the agent answers', 20_000);
    const [first] = await app.messaging.conversations.list({ senderKey: from, limit: 1 });
    await person.fetch(`/console/api/conversations/${first?.id}/close`, { method: 'POST' });
    await writeWhatsapp(on, 'Voltei', { from, name: 'Marina' });
    await until(() => sentTo(on, from).length > 1, 'the agent answers again', 20_000);
    await page.goto(`${url}/console/conversations`);
    await page.getByRole('link', { name: /Marina/ }).click();
    const history = page.getByRole('region', { name: 'Histórico da pessoa' });
    await history.getByText('(esta conversa)').waitFor();
    await history.getByRole('link', { name: 'Conversa por WhatsApp' }).click();
    await page.getByText('Encerrada pela equipe.').waitFor();
    expect(page.url()).toContain(first?.id);
    await history.getByRole('link', { name: 'Ligação recebida' }).first().click();
    await page.locator('.recordings-columns').waitFor();
    expect(page.url()).toContain('/console/recordings/');
    const other = '+5588999990077';
    await writeWhatsapp(on, 'Oi', { from: other, name: 'Zeca' });
    await page.goto(`${url}/console/conversations`);
    await page.getByRole('link', { name: /Zeca/ }).click();
    await history.getByText('Nada além desta conversa.').waitFor();
  });
});
