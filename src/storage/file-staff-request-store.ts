import type { StaffRequest, StaffRequestStore } from '../agent/staff-request.ts';
import {
  checkedRequest,
  parseStaffRequest,
  staffRequestFileName,
} from '../agent/staff-request-record.ts';
import { CodedError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { removeStaleTemporaries } from './file-commit.ts';
import { RecordDirectory } from './record-directory.ts';

/** `2026-11-26T13-00-00-000Z-<26 characters>.json`; everything else in the directory is somebody else's. */
const fileName = /^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}-\d{3}Z-(?<id>[a-z2-7]{26})\.json$/;

export interface FileStaffRequestStore extends StaffRequestStore {
  /** False from a failed write until one comes through, a trial every five seconds included. */
  isWritable(): boolean;
  /** No more trials. */
  close(): void;
}

type Gist = Pick<StaffRequest, 'clinic' | 'status'>;

/**
 * One JSON file a request; the directory is the only truth (`RecordDirectory`). Every file is read once here.
 * One process per directory (`lockDirectory`).
 */
export async function openFileStaffRequestStore(options: {
  /** Must exist. */
  directory: string;
  log: Log;
  /** Durable, atomic write of a whole file. */
  replaceFile?: (path: string, data: string) => Promise<unknown>;
}): Promise<FileStaffRequestStore> {
  const { log, ...place } = options;
  await removeStaleTemporaries(options.directory);
  const files = new RecordDirectory<StaffRequest, Gist>({
    ...place,
    fileName,
    parse: parseStaffRequest,
    nameOf: staffRequestFileName,
    gistOf: ({ clinic, status }) => ({ clinic, status }),
    onForeign: (requestId) =>
      log.error({ requestId }, 'a request file could not be understood and was skipped'),
  });
  await files.survey();
  const { isWritable, close } = files.health;
  return { ...fileStaffRequestStore(files), isWritable, close };
}

function fileStaffRequestStore(files: RecordDirectory<StaffRequest, Gist>): StaffRequestStore {
  return {
    async save(request) {
      const checked = parseStaffRequest(request);
      if (!checked) {
        throw new CodedError('STORE_WRITE_FAILED', 'what was to be written is not a request');
      }
      const { outcome } = await files.create(checked);
      return { outcome };
    },
    async change(id, change) {
      return (await files.change(id, (kept) => checkedRequest(kept, change(kept))))?.kept;
    },
    async setStatus(id, status) {
      return (await files.change(id, (kept) => ({ ...kept, status })))?.kept;
    },
    async find(id) {
      return (await files.find(id))?.kept;
    },
    async list({ clinic, status, limit }) {
      const newestFirst = (await files.names()).sort().reverse();
      return files.select(
        newestFirst,
        (gist) =>
          (clinic === undefined || gist.clinic === clinic) &&
          (status === undefined || gist.status === status),
        limit,
      );
    },
  };
}
