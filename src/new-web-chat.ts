import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { openScriptCatalogue, type ScriptCatalogue } from './agent/script-catalogue.ts';
import { loadScripts } from './agent/script-loader.ts';
import type { ApiGate } from './call/api-key-file.ts';
import type { Config } from './config.ts';
import type { ConsoleAccess } from './console/console-access.ts';
import { scriptApiRoutes, scriptConsoleRoutes } from './console/script-routes.ts';
import type { Clock } from './platform/clock.ts';
import type { Log } from './platform/log.ts';
import type { Storage } from './storage/storage-profile.ts';

interface Parts {
  config: Config;
  storage: Storage;
  clock: Clock;
  log: Log;
}

/** The scripts people are served with: those that are shipped, and what was made of them since. */
export async function openScripts(parts: Parts): Promise<ScriptCatalogue> {
  const shipped = await loadScripts(join(parts.config.CLINICS_DIR, 'scripts'));
  return openScriptCatalogue({ ...parts, store: parts.storage.scripts, shipped });
}

export interface WebChatParts extends Parts {
  scripts: ScriptCatalogue;
  access: ConsoleAccess;
  gate: ApiGate;
  /** Whose chat it is when nothing says another. */
  defaultClinic: string;
}

/** Scripts over HTTP, and the chat of the page at `/`. */
export function registerWebChat(server: FastifyInstance, parts: WebChatParts): void {
  const { scripts: catalogue, access, gate, defaultClinic } = parts;
  const holder = (request: Parameters<ApiGate['holder']>[0]) => gate.holder(request, 'scripts:*');
  scriptApiRoutes(server, { catalogue, holder, defaultClinic });
  scriptConsoleRoutes(server, { catalogue, access, defaultClinic });
}
