import { describe, expect } from 'vitest';
import { inBrowser, seriousFaults } from '../support/browser.ts';
import { openFakeConsole } from '../support/fake-session.ts';

const it = inBrowser(openFakeConsole, [/status of (401|429)/]);

describe('signing in', () => {
  it('a wrong password is refused in a sentence, and the field is empty again', async ({
    page,
    signIn,
  }) => {
    await signIn('ana', 'wrong');
    await page.getByText('Usuário ou senha não conferem').waitFor();
    expect(await page.getByLabel('Senha', { exact: true }).inputValue()).toBe('');
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('after too many attempts it says how long to wait', async ({ page, signIn }) => {
    await signIn('ana', 'locked');
    await page.getByText('Espere 2 minutos').waitFor();
  });

  it('nothing is sent while a field is empty', async ({ page, signIn }) => {
    await signIn('', '');
    await page.getByText('Escreva o seu usuário.').waitFor();
    await page.getByText('Escreva a sua senha.').waitFor();
  });

  it('a password given by an admin must be changed before anything else', async ({
    page,
    signIn,
  }) => {
    await signIn('nova', 'right');
    await page.getByRole('heading', { name: 'Escolha uma senha sua' }).waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
    await page.getByLabel('Senha de agora').fill('right');
    await page.getByLabel('Senha nova', { exact: true }).fill('curta');
    await page.getByLabel('Senha nova, outra vez').fill('outra');
    await page.getByRole('button', { name: 'Salvar a senha' }).click();
    await page.getByText('Use no mínimo 12 caracteres.').waitFor();
    await page.getByText('As duas não são iguais.').waitFor();
    await page.getByLabel('Senha nova', { exact: true }).fill('uma frase bem comprida');
    await page.getByLabel('Senha nova, outra vez').fill('uma frase bem comprida');
    await page.getByRole('button', { name: 'Salvar a senha' }).click();
    await page.getByRole('heading', { name: 'Olá' }).waitFor();
  });
});

describe('somebody who is signed in', () => {
  it('is asked again when the session ended, and is then where they were', async ({
    page,
    signIn,
    fake,
  }) => {
    await page.goto(`${fake.url}/console/home?day=3`);
    await signIn('ana', 'right');
    await page.getByRole('heading', { name: 'Olá' }).waitFor();
    fake.expire();
    await page.reload();
    await signIn('ana', 'right');
    await page.getByRole('heading', { name: 'Olá' }).waitFor();
    expect(page.url()).toBe(`${fake.url}/console/home?day=3`);
  });

  it('signs out by the keyboard alone', async ({ page, signIn }) => {
    await signIn('ana', 'right');
    await page.getByRole('heading', { name: 'Olá' }).waitFor();
    await page.getByRole('button', { name: 'Conta' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByText('Você saiu do console.').waitFor();
  });

  it('changes language and appearance, and both are kept', async ({ page, signIn }) => {
    await signIn('ana', 'right');
    await page.getByRole('button', { name: 'Idioma' }).click();
    await page.getByRole('menuitemradio', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Hello, Ana Reis' }).waitFor();
    await page.getByRole('button', { name: 'Appearance' }).click();
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await page.reload();
    await page.getByRole('heading', { name: 'Hello, Ana Reis' }).waitFor();
    const { lang, theme } = await page.evaluate(() => ({
      lang: document.documentElement.lang,
      theme: document.documentElement.dataset.theme,
    }));
    expect({ lang, theme }).toEqual({ lang: 'en-GB', theme: 'dark' });
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('closes a menu by Esc and is back on its button', async ({ page, signIn }) => {
    await signIn('ana', 'right');
    await page.getByRole('heading', { name: 'Olá' }).waitFor();
    const button = page.getByRole('button', { name: 'Aparência' });
    await button.click();
    await page.keyboard.press('Escape');
    expect(await page.getByRole('menu').count()).toBe(0);
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('at an address that is no page, is told so within the navigation', async ({
    page,
    signIn,
    fake,
  }) => {
    await page.goto(`${fake.url}/console/nowhere`);
    await signIn('ana', 'right');
    await page.getByRole('heading', { name: 'Página não encontrada' }).waitFor();
    await page.getByRole('link', { name: 'Início' }).click();
    await page.getByRole('heading', { name: 'Olá' }).waitFor();
  });
});
