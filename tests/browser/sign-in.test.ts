import { describe, expect } from 'vitest';
import { seriousFaults } from '../support/browser.ts';
import { type OnConsole, onConsole } from '../support/browser-console.ts';
import { addPerson, testPassword } from '../support/console-access.ts';

/** Refused requests are what is tested; the browser tells each as an error. */
const it = onConsole({}, [/status of (401|429)/]);

/** The sign-in page, as somebody finds it who was never here. */
async function atTheDoor({ page, url }: OnConsole, path = '/console/') {
  await page.context().clearCookies();
  await page.goto(`${url}${path}`);
  return {
    enter: async (login: string, password: string) => {
      await page.getByLabel('Usuário').fill(login);
      await page.getByLabel('Senha', { exact: true }).fill(password);
      await page.getByRole('button', { name: 'Entrar' }).click();
    },
  };
}

const isIn = ({ page }: OnConsole) => page.getByRole('heading', { name: 'Olá' }).waitFor();

describe('signing in', () => {
  it('a wrong password is refused in a sentence, and the field is empty again', async (stage) => {
    const { page, person } = stage;
    const { enter } = await atTheDoor(stage);
    await enter(person.login, 'not this one');
    await page.getByText('Usuário ou senha não conferem').waitFor();
    expect(await page.getByLabel('Senha', { exact: true }).inputValue()).toBe('');
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('after too many attempts it says how long to wait', async (stage) => {
    const { url } = stage;
    const body = JSON.stringify({ login: 'nobody', password: 'not this one' });
    const headers = { 'content-type': 'application/json', 'x-alo-console': '1' };
    for (let tries = 0; tries < 10; tries += 1)
      await fetch(`${url}/console/api/session`, { method: 'POST', headers, body });
    const { enter } = await atTheDoor(stage);
    await enter('nobody', 'not this one');
    await stage.page.getByText(/Muitas tentativas. Espere 1[45] minutos/).waitFor();
  });

  it('nothing is sent while a field is empty', async (stage) => {
    const { enter } = await atTheDoor(stage);
    await enter('', '');
    await stage.page.getByText('Escreva o seu usuário.').waitFor();
    await stage.page.getByText('Escreva a sua senha.').waitFor();
  });

  it('the right password opens the page that was asked for', async (stage) => {
    const { enter } = await atTheDoor(stage, '/console/home?day=3');
    await enter(stage.person.login, testPassword);
    await isIn(stage);
    expect(stage.page.url()).toBe(`${stage.url}/console/home?day=3`);
    expect(await stage.page.title()).toBe('Início · Alô Clínica');
  });

  it('a password given by an admin must be changed before anything else', async (stage) => {
    const { page, directory } = stage;
    const { login } = await addPerson(directory, 'staff', 'all', 'novata', 'one-time');
    const { enter } = await atTheDoor(stage);
    await enter(login, testPassword);
    await page.getByRole('heading', { name: 'Escolha uma senha sua' }).waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
    await page.getByLabel('Senha de agora').fill(testPassword);
    await page.getByLabel('Senha nova', { exact: true }).fill('curta');
    await page.getByLabel('Senha nova, outra vez').fill('outra');
    await page.getByRole('button', { name: 'Salvar a senha' }).click();
    await page.getByText('Use no mínimo 12 caracteres.').waitFor();
    await page.getByText('As duas não são iguais.').waitFor();
    await page.getByLabel('Senha nova', { exact: true }).fill('uma frase bem comprida');
    await page.getByLabel('Senha nova, outra vez').fill('uma frase bem comprida');
    await page.getByRole('button', { name: 'Salvar a senha' }).click();
    await isIn(stage);
  });
});

describe('somebody who is signed in', () => {
  it('is asked again when the session ended, and is then where they were', async (stage) => {
    const { page, person, url } = stage;
    await page.goto(`${url}/console/home?day=3`);
    await isIn(stage);
    await person.fetch('/console/api/session', { method: 'DELETE' });
    await page.reload();
    await page.getByLabel('Usuário').fill(person.login);
    await page.getByLabel('Senha', { exact: true }).fill(testPassword);
    await page.keyboard.press('Enter');
    await isIn(stage);
    expect(page.url()).toBe(`${url}/console/home?day=3`);
  });

  it('signs out by the keyboard alone, and the cookie is worth nothing', async (stage) => {
    const { page, person, url } = stage;
    await page.goto(`${url}/console/`);
    await isIn(stage);
    await page.getByRole('button', { name: 'Conta' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByText('Você saiu do console.').waitFor();
    expect((await person.fetch('/console/api/session')).status).toBe(401);
  });

  it('changes language and appearance, and both are kept', async (stage) => {
    const { page, url } = stage;
    await page.goto(`${url}/console/`);
    await page.getByRole('button', { name: 'Idioma' }).click();
    await page.getByRole('menuitemradio', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Hello' }).waitFor();
    await page.getByRole('button', { name: 'Appearance' }).click();
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await page.reload();
    await page.getByRole('heading', { name: 'Hello' }).waitFor();
    const { lang, theme } = await page.evaluate(() => ({
      lang: document.documentElement.lang,
      theme: document.documentElement.dataset.theme,
    }));
    expect({ lang, theme }).toEqual({ lang: 'en-GB', theme: 'dark' });
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('closes a menu by Esc and is back on its button', async (stage) => {
    const { page, url } = stage;
    await page.goto(`${url}/console/`);
    const button = page.getByRole('button', { name: 'Aparência' });
    await isIn(stage);
    await button.click();
    await page.keyboard.press('Escape');
    expect(await page.getByRole('menu').count()).toBe(0);
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('at an address that is no page, is told so within the navigation', async (stage) => {
    const { page, url } = stage;
    await page.goto(`${url}/console/nowhere`);
    await page.getByRole('heading', { name: 'Página não encontrada' }).waitFor();
    await page.getByRole('link', { name: 'Início' }).click();
    await isIn(stage);
  });

  it('who may see one clinic of two is not shown the other', async ({ as, url }) => {
    const { page } = await as('staff', ['estrategia']);
    await page.goto(`${url}/console/`);
    await page.getByText('Estratégia Investimentos').waitFor();
    expect(await page.getByText('Aurora').count()).toBe(0);
  });
});
