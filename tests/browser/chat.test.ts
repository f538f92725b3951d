import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { seriousFaults } from '../support/browser.ts';
import { type OnConsole, onConsole } from '../support/browser-console.ts';

/** Another site, on whose page the chat stands. */
const guest: { server?: Server; widgetOf: string } = { widgetOf: '' };
const env: Record<string, string> = { CHAT_MODE: 'scripts' };
beforeAll(async () => {
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/' ? 200 : 204;
    response
      .setHeader('content-type', 'text/html; charset=utf-8')
      .end(
        `<!doctype html><html lang="pt-BR"><title>Site</title><body><h1>Clínica</h1><script src="${guest.widgetOf}/chat-widget.js"></script></body></html>`,
      );
  });
  guest.server = server;
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  env.CHAT_ORIGINS = siteOf();
});
afterAll(() => new Promise((resolve) => guest.server?.close(resolve)));
function siteOf(): string {
  const { port } = (guest.server?.address() ?? { port: 0 }) as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

const it = onConsole({ env });
const itFree = onConsole({ now: '2026-11-23T10:00:00-03:00' }, [
  /frame-ancestors|Framing|browser-reports/,
]);

async function arrive({ page, url }: OnConsole, name = 'Ana Lima', path = '/') {
  await page.goto(`${url}${path}`);
  await page.getByLabel('Como é o seu nome?').fill(name);
  await page.getByRole('button', { name: 'Começar' }).click();
  await page.getByLabel('Sua mensagem').waitFor();
}

async function write(page: Page, text: string, answer: RegExp) {
  await page.getByLabel('Sua mensagem').fill(text);
  await page.keyboard.press('Enter');
  await page.getByRole('log').getByText(answer).last().waitFor();
}

describe('the chat of the page', () => {
  it('says what it is, and carries a demand through its script to staff', async (stage) => {
    const { page, person } = stage;
    await page.goto(stage.url);
    await page.getByRole('heading', { name: 'Clínica Aurora' }).waitFor();
    await page.getByText('Ligue já para o SAMU').waitFor();
    await page.getByText('assistente virtual. Pode pedir').waitFor();
    await page.getByRole('button', { name: 'Começar' }).click();
    await page.getByText('Escreva o seu nome.').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await arrive(stage);
    await write(page, 'ja saiu o resultado do meu exame?', /nome completo de quem fez o exame/);
    await page.getByText('Resultado de exame: 0 de 3').waitFor();
    await write(page, 'Ana Lima', /E o CPF/);
    await write(page, '111', /11 números do CPF/);
    await write(page, '529.982.247-25', /Quais exames/);
    expect(await seriousFaults(page)).toEqual([]);
    await page.reload();
    await page.getByRole('log').getByText('529.982.247-25').waitFor();
    await write(page, 'hemograma', /Está tudo certo\?/);
    await write(page, 'sim', /O protocolo é \d{8}/);
    const listed = await person.fetch('/console/api/requests?clinic=aurora');
    expect(await listed.text()).toContain('Exames: hemograma');
  });

  it('speaks English where that is wanted, and keeps it', async (stage) => {
    const { page } = stage;
    await arrive(stage);
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByText('Emergency? Call SAMU now').waitFor();
    await page.reload();
    await page.getByLabel('Your message').waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en-GB');
  });

  it('shows what was written as it was written, never as markup', async (stage) => {
    const { page } = stage;
    const evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    await arrive(stage, 'Ana <b>Lima</b>');
    await write(page, evil, /em poucas palavras/);
    await page.getByRole('log').getByText(evil).waitFor();
    expect(await page.title()).toBe('Atendimento · Clínica Aurora');
  });

  it('is erased from this device when that is asked for, and not before', async (stage) => {
    const { page } = stage;
    await arrive(stage);
    await write(page, 'onde fica a clínica?', /Rua Santa Maria/);
    await page.getByRole('button', { name: 'Apagar conversa' }).click();
    await page.getByRole('button', { name: 'Voltar' }).click();
    await page.getByRole('button', { name: 'Apagar conversa' }).click();
    await page.getByRole('button', { name: 'Apagar', exact: true }).click();
    await page.getByLabel('Como é o seu nome?').waitFor();
    await page.reload();
    await page.getByLabel('Como é o seu nome?').waitFor();
  });

  it('shows what a person of the clinic writes, and that it is one', async (stage) => {
    const { page, app } = stage;
    await arrive(stage);
    await write(page, 'quero falar com uma pessoa', /Como é o seu nome\?/);
    const [head] = await app.messaging.conversations.list({ limit: 1 });
    const id = head?.id ?? '';
    await app.messaging.texts.takeOver(id, { name: 'Bia' });
    await app.messaging.texts.write(id, { text: 'Oi Ana, aqui é a Bia.', by: { name: 'Bia' } });
    await page.getByText('Oi Ana, aqui é a Bia.').waitFor();
    await page.getByText('Uma pessoa da equipe está cuidando').waitFor();
    await page.getByRole('heading', { name: 'Clínica Aurora' }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
  });
});

describe('on another site', () => {
  it('that is named, a button opens the chat in a frame, and Esc closes it', async ({
    page,
    url,
  }) => {
    guest.widgetOf = url;
    await page.goto(siteOf());
    await page.getByRole('button', { name: 'Conversar com a clínica' }).click();
    const frame = page.frameLocator('iframe[title="Conversa com a clínica"]');
    await frame.getByLabel('Como é o seu nome?').fill('Ana');
    await frame.getByRole('button', { name: 'Começar' }).click();
    await frame.getByLabel('Sua mensagem').fill('onde fica a clínica?');
    await frame.getByRole('button', { name: 'Enviar' }).click();
    await frame.getByText(/Rua Santa Maria/).waitFor();
    await page.getByRole('button', { name: 'Fechar a conversa' }).focus();
    await page.keyboard.press('Escape');
    await page.locator('iframe').waitFor({ state: 'hidden' });
  });

  itFree('that is not named, the frame stays empty', async ({ page, url }) => {
    guest.widgetOf = url;
    await page.goto(siteOf());
    const refused = page.waitForEvent('console', (one) => /frame-ancestors/.test(one.text()));
    await page.getByRole('button', { name: 'Conversar com a clínica' }).click();
    await refused;
    const frame = page.frameLocator('iframe');
    expect(await frame.getByLabel('Como é o seu nome?').count()).toBe(0);
  });
});

describe('free conversation', () => {
  itFree('is answered as it is written, and is there after a reload', async (stage) => {
    const { page } = stage;
    const grown: number[] = [];
    await page.exposeFunction('grew', (length: number) => void grown.push(length));
    await arrive(stage);
    await page.evaluate(() => {
      const log = document.querySelector('[role=log]');
      const tell = (window as unknown as { grew(length: number): void }).grew;
      if (log)
        new MutationObserver(() => tell(log.textContent?.length ?? 0)).observe(log, {
          subtree: true,
          childList: true,
          characterData: true,
        });
    });
    await write(page, 'qual o endereço e o horário de vocês?', /Rua Santa Maria/);
    await page.getByRole('log').locator('.agent time').first().waitFor();
    // Not all at once.
    expect(new Set(grown).size).toBeGreaterThan(2);
    await page.reload();
    await page
      .getByRole('log')
      .getByText(/Rua Santa Maria/)
      .waitFor();
  });
});
