import { carrierLine } from './carrier-line.ts';
import { carrierWords } from './carrier-words.ts';
import { clocks } from './clock.ts';
import { disk } from './disk.ts';
import type { FaultCase } from './fault-case.ts';
import { isolation } from './isolation.ts';
import { modelDies } from './model-dies.ts';
import { modelFalters } from './model-falters.ts';
import { modelRefuses } from './model-refuses.ts';
import { processes } from './process.ts';

/** Every case, in the order of the table of faults. */
export const cases: readonly FaultCase[] = [
  ...carrierLine,
  ...carrierWords,
  ...disk,
  ...processes,
  ...clocks,
  ...isolation,
  ...modelRefuses,
  ...modelDies,
  ...modelFalters,
].sort((a, b) => a.row.localeCompare(b.row));
