import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createApiGate } from '../../src/call/api-key-file.ts';
import { apiKeyHolder, createApiKey, parseApiKeys, writeApiKeys } from '../../src/call/api-keys.ts';
import { createLog } from '../../src/platform/log.ts';

const mainKey = 'the-key-of-the-settings';
const nowMs = Date.parse('2026-11-26T13:00:00Z');
const caller = createApiKey('CRM', ['calls:create'], nowMs);
const reader = createApiKey('Painel', ['calls:read', 'appointments:*'], nowMs);
const revoked = createApiKey('Antiga', ['calls:create'], nowMs);
const entries = [
  caller.entry,
  reader.entry,
  { ...revoked.entry, revokedAt: '2026-11-26T14:00:00.000Z' },
];
const bearer = (key: string) => `Bearer ${key}`;

describe('a key', () => {
  it('has 256 random bits and is kept as a hash', () => {
    expect(Buffer.from(caller.key.slice(4), 'base64url')).toHaveLength(32);
    expect(writeApiKeys(entries)).not.toContain(caller.key.slice(4));
    expect(parseApiKeys(writeApiKeys(entries))).toEqual(entries);
  });

  it.each([
    ['of the settings may do all', mainKey, 'calls:create', 'main'],
    ['of the settings may do all', mainKey, 'appointments:*', 'main'],
    ['may do what its scope says', caller.key, 'calls:create', caller.entry.id],
    ['may not do what it does not say', caller.key, 'calls:read', undefined],
    ['may not do what it does not say', reader.key, 'calls:create', undefined],
    ['may have several scopes', reader.key, 'appointments:*', reader.entry.id],
    ['that was revoked may do nothing', revoked.key, 'calls:create', undefined],
    ['that nobody has may do nothing', `${caller.key}x`, 'calls:create', undefined],
  ] as const)('%s', (_, key, scope, holder) => {
    expect(apiKeyHolder(bearer(key), scope, { mainKey, entries })).toBe(holder);
  });

  it.each([undefined, '', 'Bearer ', `Basic ${mainKey}`, mainKey, caller.entry.sha256])(
    'as %j is none',
    (header) => {
      expect(apiKeyHolder(header, 'calls:create', { mainKey, entries })).toBeUndefined();
    },
  );

  it('cannot be its own hash', () => {
    const header = bearer(caller.entry.sha256);
    expect(apiKeyHolder(header, 'calls:create', { mainKey, entries })).toBeUndefined();
  });

  it('without any key set is refused', () => {
    const none = { mainKey: undefined, entries: [] };
    expect(apiKeyHolder('Bearer undefined', 'calls:create', none)).toBeUndefined();
  });
});

describe('the file of keys', () => {
  it('is read anew when it changes; one that is no such file opens nothing', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'keys-'));
    const path = join(directory, 'api-keys.json');
    const gate = createApiGate(path, mainKey, createLog('silent'));
    const may = (key: string) =>
      gate.may('calls:create')({ headers: { authorization: bearer(key) } });
    expect([may(mainKey), may(caller.key)]).toEqual([true, false]);
    await writeFile(path, writeApiKeys([caller.entry]));
    expect([may(mainKey), may(caller.key)]).toEqual([true, true]);
    await writeFile(path, writeApiKeys([{ ...caller.entry, revokedAt: '2026-11-26T14:00:00Z' }]));
    expect([may(mainKey), may(caller.key)]).toEqual([true, false]);
    await writeFile(path, '{"keys":[{"name":"everything"}]}');
    expect([may(mainKey), may(caller.key)]).toEqual([true, false]);
    await writeFile(path, writeApiKeys([caller.entry]));
    expect(may(caller.key)).toBe(true);
    await rm(path);
    expect([may(mainKey), may(caller.key)]).toEqual([true, false]);
    await rm(directory, { recursive: true });
  });

  it('of the settings alone opens what no scope names', async () => {
    const gate = createApiGate('/nowhere/api-keys.json', mainKey, createLog('silent'));
    expect(gate.isMain({ headers: { authorization: bearer(mainKey) } })).toBe(true);
    expect(gate.isMain({ headers: { authorization: bearer(reader.key) } })).toBe(false);
  });
});
