import { argv, exit } from 'node:process';
import type { Browser } from 'playwright-core';
import { type Place, places } from '../tests/browser/screenshot-places.ts';
import {
  hasChromium,
  type Look,
  openBrowser,
  openContext,
  settled,
  takeScreenshot,
} from '../tests/support/browser.ts';
import {
  type ConsoleServer,
  openConsoleServer,
  wearCookie,
} from '../tests/support/browser-console.ts';
import { type SignedInPerson, signIn } from '../tests/support/console-access.ts';

const looks: readonly Required<Look>[] = [
  { language: 'pt', width: 1280, theme: 'light' },
  { language: 'en', width: 1280, theme: 'light' },
  { language: 'pt', width: 390, theme: 'light' },
  { language: 'en', width: 390, theme: 'light' },
  { language: 'pt', width: 1280, theme: 'dark' },
  { language: 'pt', width: 390, theme: 'dark' },
];

/** `npm run screenshots -- <directory> [name …]`: every place of the console (or those named) as it looks, from a sandbox of its own. */
async function run(directory: string | undefined, names: readonly string[]): Promise<number> {
  if (directory === undefined) {
    console.error('usage: npm run screenshots -- <directory> [name …]');
    return 1;
  }
  if (!hasChromium) {
    console.error('Chromium is not installed (apt-get install chromium).');
    return 1;
  }
  const wanted = places.filter(({ name }) => names.length === 0 || names.includes(name));
  const server = await openConsoleServer({
    // Of all places: one shows what another's files hold.
    prepare: async (directory) => {
      for (const { files } of places) await files?.(directory);
    },
  });
  const browser = await openBrowser();
  try {
    const admin = await signIn(server, 'admin');
    for (const place of wanted) await place.fill?.(server, admin);
    for (const look of looks) await takeAll({ browser, server, admin }, wanted, look, directory);
  } finally {
    await browser.close();
    await server.close();
  }
  console.log(`${wanted.length * looks.length} pictures in ${directory}`);
  return 0;
}

interface Studio {
  browser: Browser;
  server: ConsoleServer;
  admin: SignedInPerson;
}

async function takeAll(
  { browser, server, admin }: Studio,
  wanted: readonly Place[],
  look: Required<Look>,
  directory: string,
): Promise<void> {
  for (const place of wanted) {
    const context = await openContext(browser, look);
    if (!place.isOutside) await wearCookie(context, admin, server.url);
    const page = await context.newPage();
    await page.goto(`${server.url}${place.path}`);
    await settled(page);
    await place.prepare?.(page);
    const { language, width, theme } = look;
    await takeScreenshot(page, directory, `${place.name}-${language}-${width}-${theme}`);
    await context.close();
  }
}

exit(await run(argv[2], argv.slice(3)));
