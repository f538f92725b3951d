import { argv, exit } from 'node:process';
import { places } from '../tests/browser/screenshot-places.ts';
import { openStudio } from '../tests/browser/studio.ts';
import { hasChromium, type Look, takeScreenshot } from '../tests/support/browser.ts';

const looks: readonly Required<Pick<Look, 'language' | 'width' | 'theme'>>[] = [
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
  const studio = await openStudio(wanted);
  try {
    for (const look of looks) {
      const { language, width, theme } = look;
      await studio.visit(look, (page, { name }) =>
        takeScreenshot(page, directory, `${name}-${language}-${width}-${theme}`),
      );
    }
  } finally {
    await studio.close();
  }
  console.log(`${wanted.length * looks.length} pictures in ${directory}`);
  return 0;
}

exit(await run(argv[2], argv.slice(3)));
