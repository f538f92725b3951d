import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Scenario tests keep real time over loopback sockets: more files at once than cores would blur their clocks.
    maxWorkers: 2,
  },
});
