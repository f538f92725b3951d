import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { createId } from '../platform/id.ts';

/** What a key may do. `API_KEY` of the settings may do all of it. */
export const apiScopes = ['calls:create', 'calls:read', 'appointments:*', 'scripts:*'] as const;
export type ApiScope = (typeof apiScopes)[number];

const apiKeySchema = z.strictObject({
  id: z.string().regex(/^[a-z2-7]{26}$/),
  name: z.string().min(1).max(100),
  scopes: z.array(z.enum(apiScopes)).min(1),
  /** Of the key, which itself is kept nowhere. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  createdAt: z.iso.datetime(),
  revokedAt: z.iso.datetime().exactOptional(),
});
export type ApiKeyEntry = z.output<typeof apiKeySchema>;

const fileSchema = z.strictObject({
  schemaVersion: z.literal(1),
  keys: z.array(apiKeySchema).max(1_000),
});

/** The name under which the key of the settings stands in ledgers and logs. */
export const mainKeyId = 'main';

/** @returns nothing when it is not a file of keys */
export function parseApiKeys(text: string): ApiKeyEntry[] | undefined {
  try {
    return fileSchema.safeParse(JSON.parse(text)).data?.keys;
  } catch {
    return undefined;
  }
}

export function writeApiKeys(keys: readonly ApiKeyEntry[]): string {
  return `${JSON.stringify({ schemaVersion: 1, keys }, null, 2)}\n`;
}

/** A new key of 256 random bits, to be shown once, and what is kept of it. */
export function createApiKey(
  name: string,
  scopes: ApiScope[],
  nowMs: number,
): { key: string; entry: ApiKeyEntry } {
  const key = `alo_${randomBytes(32).toString('base64url')}`;
  const createdAt = new Date(nowMs).toISOString();
  const sha256 = digest(key).toString('hex');
  return { key, entry: { id: createId(), name, scopes, sha256, createdAt } };
}

/**
 * The id of the key that an `Authorization` header carries, if it may do this. Every key is compared, each in constant time.
 * @param entries as they stand now
 */
export function apiKeyHolder(
  header: string | undefined,
  scope: ApiScope,
  { mainKey, entries }: { mainKey: string | undefined; entries: readonly ApiKeyEntry[] },
): string | undefined {
  const given = /^Bearer (.+)$/i.exec(header ?? '')?.[1];
  if (given === undefined) return undefined;
  const hash = digest(given);
  let holder: string | undefined;
  if (mainKey !== undefined && timingSafeEqual(hash, digest(mainKey))) holder = mainKeyId;
  for (const { id, sha256, scopes, revokedAt } of entries) {
    const isIt = timingSafeEqual(hash, Buffer.from(sha256, 'hex'));
    if (isIt && revokedAt === undefined && scopes.includes(scope)) holder ??= id;
  }
  return holder;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
