import { type Finding, ok, warn } from './finding.ts';
import { type Probe, probe, silence } from './http-probe.ts';

/**
 * The server itself answers `GET /healthz` at `address`, as seen from here. Never fails: it may not be running yet, and
 * a firewall may let others in but not us.
 */
export async function checkAddress(setting: string, address: string, timeoutMs: number) {
  const answer = await probe(`${address}/healthz`, { timeoutMs });
  return [addressFinding(`${setting} ${address}`, isLoopback(address), answer)];
}

function addressFinding(what: string, isLocal: boolean, answer: Probe): Finding {
  const about = 'address';
  if (answer.type !== 'answered')
    return warn(about, `${what} ${silence(answer)}: is the server running, and its proxy?`);
  if (answer.status !== 200)
    return warn(about, `${what} answered GET /healthz with ${answer.status}: is it this server?`);
  if (isLocal)
    return warn(about, `${what} answers, but only on this machine: good for local tests.`);
  return ok(about, `${what} answers`);
}

function isLoopback(address: string): boolean {
  return /^(127\.|localhost$|\[::1\]$)/.test(new URL(address).hostname);
}
