import type { ToolContext } from './tool.ts';

/** Where in the recording something is agreed; a text conversation and a call that is not recorded have none. */
export function recordedMoment({
  channel,
  positionMs,
}: Pick<ToolContext, 'positionMs'> & { channel: string }): number | null {
  const atMs = channel === 'voice' ? positionMs() : null;
  return atMs === null ? null : Math.max(0, Math.round(atMs));
}
