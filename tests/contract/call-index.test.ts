import { MemoryCallIndex } from '../../src/storage/memory-call-index.ts';
import { describeCallIndex } from './call-index.ts';

describeCallIndex('memory', async () => ({
  index: new MemoryCallIndex(),
  close: async () => undefined,
}));
