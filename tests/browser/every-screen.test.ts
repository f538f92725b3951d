import { expect, it } from 'vitest';
import { axeFaults, hasChromium, type Look } from '../support/browser.ts';
import { places } from './screenshot-places.ts';
import { openStudio } from './studio.ts';

const looks: readonly Look[] = [
  { width: 1280, theme: 'light', bypassCSP: true },
  { width: 390, theme: 'dark', bypassCSP: true },
];

it.skipIf(!hasChromium)(
  'axe finds nothing serious on any screen',
  { timeout: 300_000 },
  async () => {
    const studio = await openStudio(places);
    const found: string[] = [];
    try {
      for (const look of looks)
        await studio.visit(look, async (page, { name }) => {
          const faults = await axeFaults(page);
          found.push(...faults.map((fault) => `${name} ${look.width}: ${fault}`));
        });
    } finally {
      await studio.close();
    }
    expect(found).toEqual([]);
  },
);
