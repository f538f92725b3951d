import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallListStore } from '../call/call-list-store.ts';
import type { DialLedger } from '../call/dial-ledger.ts';
import type { DialSuspensionStore } from '../call/dial-suspension-store.ts';
import type { TransferStore } from '../call/transfer-store.ts';
import type { Log } from '../platform/log.ts';
import { lockDirectory } from './data-lock.ts';
import { openFileCallListStore } from './file-call-list-store.ts';
import { openFileDialLedger } from './file-dial-ledger.ts';
import {
  createMemoryDialSuspensionStore,
  openFileDialSuspensionStore,
} from './file-dial-suspension-store.ts';
import { makeDirectory, openFileStores } from './file-stores.ts';
import { openFileTransferStore } from './file-transfer-store.ts';
import { tellLeftFiles } from './left-files.ts';
import { createMemoryCallListStore } from './memory-call-list-store.ts';
import { createMemoryDialLedger } from './memory-dial-ledger.ts';
import { createMemoryStores } from './memory-stores.ts';
import { createMemoryTransferStore } from './memory-transfer-store.ts';
import { openPostgresProfile } from './postgres-profile.ts';
import type { SharedStores } from './shared-stores.ts';

export interface StorageOptions {
  kind: 'memory' | 'files';
  recordingsDirectory: string;
  appointmentsDirectory: string;
  dataDirectory: string;
  /** With it, what several servers may share is kept in PostgreSQL; the rest stays on this machine. */
  databaseUrl: string | undefined;
  log: Log;
}

/** Everything that is kept, as one profile. */
export interface Storage extends SharedStores {
  /** Calls we make, and callers who are being put through: on this machine, whatever the rest is kept in. */
  dials: DialLedger;
  suspensions: DialSuspensionStore;
  callLists: CallListStore;
  transfers: TransferStore;
}

type Closer = () => Promise<void>;

/**
 * Takes hold of the directories (a second process is refused with STORE_LOCKED) and opens what is in them.
 * What was opened is closed again when something fails.
 */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const closers: Closer[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    await makeDirectory(options.recordingsDirectory);
    // A second process would repair the recordings that the first is still writing.
    closers.push(await lockDirectory(options.recordingsDirectory));
    if (options.kind === 'files') {
      await makeDirectory(options.dataDirectory);
      closers.push(await lockDirectory(options.dataDirectory));
    }
    const dialling = await openDialling(options, closers);
    const shared = await openShared(options);
    closers.push(shared.close);
    return { ...dialling, ...shared, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openShared(options: StorageOptions): Promise<SharedStores> {
  const { kind, dataDirectory, databaseUrl: url, log } = options;
  const directory = kind === 'files' ? dataDirectory : undefined;
  if (url) {
    if (directory !== undefined) await tellLeftFiles(options);
    return openPostgresProfile({ url, log, directory });
  }
  return kind === 'files' ? openFileStores(options) : createMemoryStores();
}

/** In directories of their own below the data directory, which is ours by now. */
async function openDialling(
  options: StorageOptions,
  closers: Closer[],
): Promise<Pick<Storage, 'dials' | 'suspensions' | 'callLists' | 'transfers'>> {
  if (options.kind === 'memory')
    return {
      dials: createMemoryDialLedger(),
      suspensions: createMemoryDialSuspensionStore(),
      callLists: createMemoryCallListStore(),
      transfers: createMemoryTransferStore(),
    };
  const placeFor = async (name: string) => {
    const directory = join(options.dataDirectory, name);
    await mkdir(directory, { recursive: true });
    return { directory, log: options.log };
  };
  const dials = await openFileDialLedger(await placeFor('dials'));
  closers.push(() => dials.close());
  const callLists = await openFileCallListStore(await placeFor('call-lists'));
  closers.push(() => callLists.close());
  const transfers = await openFileTransferStore(await placeFor('transfers'));
  closers.push(() => transfers.close());
  const suspensions = await openFileDialSuspensionStore(options.dataDirectory);
  return { dials, suspensions, callLists, transfers };
}
