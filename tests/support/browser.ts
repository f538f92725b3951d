import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** Debian's; the suites that need it are skipped by name where it is not. */
const chromiumPath = '/usr/bin/chromium';
export const hasChromium = existsSync(chromiumPath);

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What a test is given, and how it is taken away again. */
export interface Opened<Parts> {
  parts: Parts;
  page: Page;
  close(): Promise<void>;
}

/**
 * The `it` of a file of browser tests: one browser for the file, and for each test whatever `open` opens. A test fails on any
 * trouble of its page that is not named by `expected`. Call it at the top of the file.
 */
export function inBrowser<Parts>(
  open: (browser: Browser) => Promise<Opened<Parts>>,
  expected: readonly RegExp[] = [],
  moreFlags: readonly string[] = [],
): (name: string, test: (parts: Parts) => Promise<void>) => void {
  const shared: { browser?: Browser } = {};
  beforeAll(async () => {
    if (hasChromium) shared.browser = await openBrowser(moreFlags);
  });
  afterAll(() => shared.browser?.close());
  return (name, test) =>
    it.skipIf(!hasChromium)(name, async () => {
      if (!shared.browser) throw new Error('the browser did not start');
      const { parts, page, close } = await open(shared.browser);
      try {
        const trouble = watchTrouble(page, expected);
        await test(parts);
        expect(trouble.seen).toEqual([]);
      } finally {
        await close();
      }
    });
}

/** Things must come in the end, on a machine with much to do. */
export const patienceMs = 30_000;

export interface Look {
  language?: 'pt' | 'en';
  width?: 1280 | 390;
  theme?: 'light' | 'dark';
  /** For axe alone, which the page's policy would keep out. */
  bypassCSP?: boolean;
}

export function openBrowser(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath, args: [...flags, ...more] });
}

/** What a page must never do: break its own policy, throw, or log an error. */
export interface Trouble {
  readonly seen: string[];
}

/** A window of its own: cookies, storage and trouble are this one's. */
export async function openContext(
  browser: Browser,
  { language = 'pt', width = 1280, theme = 'light', bypassCSP = false }: Look = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({
    bypassCSP,
    locale: language === 'pt' ? 'pt-BR' : 'en-GB',
    viewport: { width, height: width === 390 ? 844 : 900 },
    isMobile: width === 390,
    hasTouch: width === 390,
    colorScheme: theme,
    serviceWorkers: 'block',
  });
  context.setDefaultTimeout(patienceMs);
  return context;
}

/**
 * Keeps what goes wrong in a page. An answer of 4xx is reported by the browser as an error of the console: those a test
 * brings about are named by `expected`.
 */
export function watchTrouble(page: Page, expected: readonly RegExp[] = []): Trouble {
  const seen: string[] = [];
  const tell = (text: string) => {
    if (!expected.some((pattern) => pattern.test(text))) seen.push(text);
  };
  page.on('pageerror', (error) => tell(`thrown: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') tell(`${message.text()} (${message.location().url})`);
  });
  return { seen };
}

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/**
 * What axe finds serious or critical, one line each. The page under test keeps its policy: axe is put into a second window
 * that ignores it, with the cookies and storage of the first, at the same address.
 * @param prepare brings that window where the first one is, like opening a dialog
 */
export async function seriousFaults(
  page: Page,
  prepare: (page: Page) => Promise<unknown> = async () => {},
): Promise<string[]> {
  const own = page.context();
  const browser = own.browser();
  if (!browser) throw new Error('the page has no browser');
  const context = await browser.newContext({
    bypassCSP: true,
    storageState: await own.storageState(),
    viewport: page.viewportSize(),
    locale: await page.evaluate(() => navigator.language),
    colorScheme: await page.evaluate(() =>
      matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light',
    ),
  });
  try {
    context.setDefaultTimeout(patienceMs);
    const copy = await context.newPage();
    await copy.goto(page.url());
    await settled(copy);
    await prepare(copy);
    return await axeFaults(copy);
  } finally {
    await context.close();
  }
}

/** Of a page whose context bypasses its policy. */
export async function axeFaults(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: axePath });
  return page.evaluate(async () => {
    interface Found {
      impact: string | null;
      id: string;
      help: string;
      nodes: { html: string; failureSummary?: string }[];
    }
    const { axe } = window as unknown as {
      axe: { run(): Promise<{ violations: Found[] }> };
    };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html} — ${failureSummary ?? ''}`),
      );
  });
}

/** The page has drawn what it fetched: nothing says it is loading, and no request is under way. */
export async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.waitForFunction(() => !document.querySelector('.skeleton'));
}

/** @returns the file */
export async function takeScreenshot(page: Page, directory: string, name: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, `${name}.png`);
  await page.screenshot({ path, fullPage: true });
  return path;
}
