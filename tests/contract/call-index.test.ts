import { describe } from 'vitest';
import { MemoryCallIndex } from '../../src/storage/memory-call-index.ts';
import { databaseUrl, profileForSuite } from '../support/postgres.ts';
import { describeCallIndex } from './call-index.ts';

describeCallIndex('memory', async () => ({
  index: new MemoryCallIndex(),
  close: async () => undefined,
}));

describe.skipIf(databaseUrl === '')('PostgreSQL', () => {
  const emptied = profileForSuite();
  describeCallIndex(
    'PostgreSQL',
    async () => ({ index: (await emptied()).callIndex, close: async () => undefined }),
    { changes: 200 },
  );
});
