import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { patienceMs, seriousFaults } from '../support/browser.ts';
import { onConsole } from '../support/browser-console.ts';
import {
  hostileLine,
  hostileName,
  recordedMs,
  type SeededCalls,
  seedCalls,
} from '../support/seeded-calls.ts';

const shared: { seeded?: SeededCalls } = {};
const it = onConsole({
  prepare: async (directory) => {
    shared.seeded = await seedCalls(directory);
  },
});
const seeded = (): SeededCalls => {
  if (!shared.seeded) throw new Error('no calls were seeded');
  return shared.seeded;
};

const listen = 'Ouvir a gravação';

/** What the player is doing, as the browser knows it. */
function sound(page: Page) {
  return page.evaluate(() => {
    const audio = document.querySelector('audio');
    // Not there yet: the player is being fetched.
    if (!audio) return { currentTime: -1, duration: 0, paused: true, playbackRate: 0 };
    const { currentTime, duration, paused, playbackRate } = audio;
    return { currentTime, duration, paused, playbackRate };
  });
}

/** Asked from outside: what waits inside the page is text that its policy refuses to run. */
function eventually(read: () => Promise<number | boolean>) {
  return expect.poll(read, { timeout: patienceMs });
}

const place = (page: Page) => sound(page).then(({ currentTime }) => currentTime);
const rowsIn = (page: Page) => eventually(() => page.locator('tbody tr').count());

describe('the list of calls', () => {
  it('is searched, narrowed, paged, and gone back to as it was', async ({ page, url }) => {
    await page.goto(`${url}/console/recordings`);
    const rows = page.getByRole('row');
    await page
      .getByRole('link', { name: /\d\d\/\d\d\/\d{4}/ })
      .first()
      .waitFor();
    expect(await rows.count()).toBe(51);
    await page.getByRole('button', { name: 'Próxima' }).click();
    await rowsIn(page).toBe(14);
    await page.getByRole('searchbox').fill('tireoide marina');
    await rowsIn(page).toBe(1);
    expect(new URL(page.url()).searchParams.get('text')).toBe('tireoide marina');
    await page.getByRole('cell', { name: 'Marina Alves' }).waitFor();
    await page
      .getByRole('row', { name: /Marina/ })
      .getByRole('link')
      .click();
    await page.getByRole('heading', { name: 'Marina Alves' }).waitFor();
    await page.getByRole('link', { name: 'Todas as gravações' }).click();
    await rowsIn(page).toBe(1);
    expect(await page.getByRole('searchbox').inputValue()).toBe('tireoide marina');
    await page.getByRole('button', { name: 'Limpar filtros' }).click();
    await rowsIn(page).toBe(50);
    await page.getByLabel('Resultado').selectOption('transfer');
    await rowsIn(page).toBe(12);
    await page.getByRole('searchbox').fill('99999-0001');
    await page.getByRole('heading', { name: 'Nenhuma ligação com estes filtros' }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
  });
});

describe('a recording', () => {
  it('plays both sides, goes where the transcript says, and is read in ranges', async ({
    page,
    url,
    person,
  }) => {
    const ranges: string[] = [];
    page.on('response', (response) => {
      const range = response.headers()['content-range'];
      if (response.url().includes('/audio') && range) ranges.push(range);
    });
    const { booked } = seeded();
    await page.goto(`${url}/console/recordings/${booked.id}`);
    await page.getByRole('button', { name: listen }).click();
    await eventually(() => place(page)).toBeGreaterThan(0.3);
    const { duration, paused } = await sound(page);
    expect(paused).toBe(false);
    expect(Math.round(duration * 1_000)).toBe(recordedMs);
    expect(ranges.length).toBeGreaterThan(0);

    await page.getByRole('button', { name: /Confirmo, obrigada/ }).click();
    await eventually(() => place(page)).toBeGreaterThan(38);
    expect((await sound(page)).currentTime).toBeLessThan(42);
    const current = page.locator('[aria-current="true"].recordings-line');
    expect(await current.textContent()).toContain('Confirmo, obrigada!');

    await page.getByLabel('Velocidade').selectOption('2');
    expect((await sound(page)).playbackRate).toBe(2);
    const energy = await sides(page, booked.id);
    expect(energy.caller).toBeGreaterThan(0.01);
    expect(energy.agent).toBeGreaterThan(0.01);
    expect(await page.getByText('interrompida').count()).toBe(1);
    expect(await page.locator('s').textContent()).toContain('às nove');
    const trail = await (await person.fetch(`/console/api/audit?object=${booked.id}`)).text();
    expect(trail.match(/recording\.play/g)).toHaveLength(1);
  });

  it('is played by the keys alone', async ({ page, url }) => {
    await page.goto(`${url}/console/recordings/${seeded().booked.id}`);
    await page.getByRole('button', { name: listen }).focus();
    await page.keyboard.press('Enter');
    await eventually(() => place(page)).toBeGreaterThan(0.2);
    await page.keyboard.press('k');
    await eventually(async () => (await sound(page)).paused).toBe(true);
    const { currentTime } = await sound(page);
    await page.keyboard.press('l');
    await eventually(() => place(page)).toBeGreaterThan(currentTime + 9.5);
    await page.keyboard.press('ArrowRight');
    await eventually(() => place(page)).toBeGreaterThan(currentTime + 14.5);
    await page.keyboard.press('j');
    await eventually(() => place(page)).toBeLessThan(currentTime + 6);
    const wave = page.getByRole('slider', { name: 'Posição na gravação' });
    await wave.focus();
    await page.keyboard.press('End');
    await eventually(() => place(page)).toBeGreaterThan(recordedMs / 1_000 - 1);
    await page.keyboard.press('Home');
    await eventually(() => place(page)).toBeLessThan(1);
    expect(await wave.getAttribute('aria-valuetext')).toBe('0:00 de 1:00');
    await page.keyboard.press(' ');
    await eventually(async () => (await sound(page)).paused).toBe(false);
  });

  it('begins ten seconds before the moment that an address names', async ({ page, url }) => {
    const { booked, agreedMs } = seeded();
    await page.goto(`${url}/console/recordings/${booked.id}?at=${agreedMs / 1_000}`);
    await page.getByRole('slider').waitFor();
    await eventually(() => place(page)).toBeGreaterThan(28);
    expect((await sound(page)).currentTime).toBeLessThan(33);
    await page.getByRole('button', { name: /Ouvir o combinado/ }).click();
    await eventually(() => place(page)).toBeGreaterThan(28.4);
    expect((await sound(page)).currentTime).toBeLessThan(33);
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('of long ago is opened with a reason, which is kept', async ({ page, url, person }) => {
    const { old } = seeded();
    await page.goto(`${url}/console/recordings/${old.id}`);
    await page.getByRole('button', { name: listen }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: listen }).click();
    await dialog.getByText('Escreva o motivo em algumas palavras.').waitFor();
    expect(
      await seriousFaults(page, async (copy) => {
        await copy.getByRole('button', { name: listen }).click();
        await copy.getByRole('dialog').waitFor();
      }),
    ).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: listen }).click();
    await dialog.getByLabel('Motivo').fill('reclamação da paciente');
    await dialog.getByRole('button', { name: listen }).click();
    await eventually(() => place(page)).toBeGreaterThan(0.2);
    const trail = await (await person.fetch(`/console/api/audit?object=${old.id}`)).text();
    expect(trail).toContain('reclamação da paciente');
  });

  it('is not there for somebody of another clinic, in no way', async ({ as, person }) => {
    const { booked } = seeded();
    const { person: other } = await as('staff', ['estrategia']);
    const missing = booked.id.replace(/^./, (first) => (first === 'a' ? 'b' : 'a'));
    for (const end of ['', '/audio', '/peaks', '/audio?download=1&format=pcm16']) {
      const [foreign, none] = await Promise.all(
        [booked.id, missing].map((id) => other.fetch(`/console/api/calls/${id}${end}`)),
      );
      expect(foreign?.status).toBe(404);
      expect(await foreign?.text()).toBe(await none?.text());
    }
    const plays = { method: 'POST', body: '{"reason":"curiosidade"}' };
    expect((await other.fetch(`/console/api/calls/${booked.id}/plays`, plays)).status).toBe(404);
    expect((await (await other.fetch('/console/api/calls')).json()).total).toBe(0);
    expect((await person.fetch(`/console/api/calls/${booked.id}`)).status).toBe(200);
  });

  it('that was never made says so, and there is nothing to play', async ({ page, url }) => {
    await page.goto(`${url}/console/recordings/${seeded().refused.id}`);
    await page.getByText('a pessoa não aceitou a gravação').waitFor();
    expect(await page.getByRole('button', { name: listen }).count()).toBe(0);
    expect(await page.locator('button.recordings-line').count()).toBe(0);
  });

  it('is downloaded under a plain name, in both formats', async ({ page, url }) => {
    await page.goto(`${url}/console/recordings/${seeded().booked.id}`);
    await page.getByRole('button', { name: listen }).click();
    for (const [name, end] of [
      ['Baixar', /^ligacao-aurora-[\d-]+-\d\dh\d\d\.wav$/],
      ['Baixar PCM de 16 bits', /^ligacao-aurora-[\d-]+-\d\dh\d\d-pcm\.wav$/],
    ] as const) {
      const coming = page.waitForEvent('download');
      await page.getByRole('link', { name, exact: true }).click();
      expect((await coming).suggestedFilename()).toMatch(end);
    }
  });

  it('shows markup that somebody spelled as the letters it is', async ({ page, url }) => {
    const { hostile } = seeded();
    await page.goto(`${url}/console/recordings?text=alert`);
    await page.getByRole('cell', { name: hostileName }).waitFor();
    await page.goto(`${url}/console/recordings/${hostile.id}`);
    await page.getByRole('heading', { name: hostileName }).waitFor();
    expect(await page.getByText(hostileLine).count()).toBe(1);
    expect(await page.locator('main img, main script, main a[href^="javascript"]').count()).toBe(0);
    await page.getByText('Sinal de emergência').waitFor();
    const summary = page.locator('details summary').first();
    await summary.click();
    expect(await page.locator('details[open] pre').first().textContent()).toContain(hostileName);
  });
});

/** How loud each side is that the browser decodes. */
function sides(page: Page, id: string) {
  return page.evaluate(async (callId) => {
    const answer = await fetch(`/console/api/calls/${callId}/audio`);
    const context = new OfflineAudioContext(2, 8_000, 8_000);
    const audio = await context.decodeAudioData(await answer.arrayBuffer());
    const rms = (side: number) => {
      const samples = audio.getChannelData(side);
      let sum = 0;
      for (const sample of samples) sum += sample * sample;
      return Math.sqrt(sum / samples.length);
    };
    return { caller: rms(0), agent: rms(1) };
  }, id);
}
