import { readFileSync, statSync } from 'node:fs';
import { hasCode } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import {
  type ApiKeyEntry,
  type ApiScope,
  apiKeyHolder,
  mainKeyId,
  parseApiKeys,
} from './api-keys.ts';

/** 1,000 keys have about 300 KB. */
const largestBytes = 1_048_576;

/**
 * The further keys, as the file holds them at each call: a revoked key ends with the next request. Reading is synchronous: a
 * stat costs some microseconds, and the file is read only when it changed. No file is no keys; so is one that cannot be
 * understood.
 */
function createApiKeyFile(path: string, log: Log): () => readonly ApiKeyEntry[] {
  let seen = '';
  let keys: readonly ApiKeyEntry[] = [];
  return () => {
    try {
      const { mtimeMs, size, ino } = statSync(path);
      const now = `${mtimeMs} ${size} ${ino}`;
      if (now === seen) return keys;
      const read = size > largestBytes ? undefined : parseApiKeys(readFileSync(path, 'utf8'));
      if (!read) log.error({}, 'api-keys.json could not be understood: only API_KEY is accepted');
      keys = read ?? [];
      seen = now;
    } catch (err) {
      keys = [];
      if (!hasCode(err, 'ENOENT') && seen !== 'unreadable') {
        log.error({ err }, 'api-keys.json could not be read: only API_KEY is accepted');
        seen = 'unreadable';
      }
    }
    return keys;
  };
}

/** What is read of a request. */
interface Keyed {
  headers: { authorization?: string | undefined };
}

/** Who may do what over HTTP. */
export interface ApiGate {
  /** The id of the key a request carries, if it may do this. */
  holder(request: Keyed, scope: ApiScope): string | undefined;
  may(scope: ApiScope): (request: Keyed) => boolean;
  /** For what no scope names: the key of the settings alone. */
  isMain(request: Keyed): boolean;
}

/** @param path of the further keys @param mainKey the key of the settings; without any key everything is refused */
export function createApiGate(path: string, mainKey: string | undefined, log: Log): ApiGate {
  const entries = createApiKeyFile(path, log);
  const holder: ApiGate['holder'] = ({ headers }, scope) =>
    apiKeyHolder(headers.authorization, scope, { mainKey, entries: entries() });
  return {
    holder,
    may: (scope) => (request) => holder(request, scope) !== undefined,
    isMain: (request) => holder(request, 'calls:read') === mainKeyId,
  };
}
