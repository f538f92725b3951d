import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Scenario tests keep real time over loopback sockets: more files at once than cores would blur their clocks.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: 'values', include: ['tests/{unit,contract,architecture}/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'scenario',
          include: ['tests/scenario/**/*.test.ts'],
          // What a person would hear is measured in real milliseconds; a machine that pauses is no fault of the product.
          retry: 2,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          // A real browser beside a real server, on a machine that does other things too.
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
