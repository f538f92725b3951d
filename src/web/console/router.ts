import { createRouter } from '../ui/router.ts';

/** The console's addresses; `console.place` is where somebody is. */
export const router = createRouter('/console');
