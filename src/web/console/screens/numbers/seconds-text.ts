import { numberText } from '../../../ui/formats.ts';

/** `1,2 s`. */
export function secondsText(ms: number): string {
  return `${numberText(ms / 1_000, 2)} s`;
}
