import {
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type CommitDisk,
  removeStaleTemporaries,
  replaceFile,
} from '../../src/storage/file-commit.ts';

type Step = 'open' | 'write' | 'datasync' | 'close' | 'rename' | 'sync';

/** The real disk, which fails the nth time it comes to a step, and writes at most 7 bytes at a time. */
function failingDisk(step: Step | 'never', nth = 1): CommitDisk & { steps: Step[] } {
  const steps: Step[] = [];
  const take = (current: Step) => {
    steps.push(current);
    if (current === step && steps.filter((other) => other === step).length === nth) {
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    }
  };
  return {
    steps,
    open: async (path, flags, mode) => {
      take('open');
      const file = await open(path, flags, mode);
      return {
        write: async (bytes, offset, length) => {
          take('write');
          return file.write(bytes, offset, Math.min(length, 7));
        },
        datasync: async () => {
          take('datasync');
          await file.datasync();
        },
        sync: async () => {
          take('sync');
          await file.sync();
        },
        close: async () => {
          await file.close();
          take('close');
        },
      };
    },
    rename: async (from, to) => {
      take('rename');
      await rename(from, to);
    },
    rm,
  };
}

describe('replacing a file', () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'commit-'));
    path = join(directory, 'record.json');
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('gives it the new bytes, all of them, for its owner only', async () => {
    await replaceFile(path, 'antes');
    const text = 'avaliação '.repeat(50);
    await replaceFile(path, text, failingDisk('never'));
    expect(await readFile(path, 'utf8')).toBe(text);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(['record.json']);
  });

  it('syncs the bytes before it gives them the name, and the name before it is done', async () => {
    const disk = failingDisk('never');
    await replaceFile(path, 'abc', disk);
    expect(disk.steps).toEqual([
      'open',
      'write',
      'datasync',
      'close',
      'rename',
      'open',
      'sync',
      'close',
    ]);
  });

  it('leaves the old bytes and nothing else when any step before the new name fails', async () => {
    await writeFile(path, 'antes');
    const failures: [Step, number][] = [
      ['open', 1],
      ['write', 1],
      ['write', 3],
      ['datasync', 1],
      ['close', 1],
      ['rename', 1],
    ];
    for (const [step, nth] of failures) {
      const replacing = replaceFile(path, 'x'.repeat(30), failingDisk(step, nth));
      await expect(replacing, `${step} ${nth}`).rejects.toMatchObject({
        code: 'STORE_WRITE_FAILED',
        cause: { code: 'ENOSPC' },
      });
      expect(await readFile(path, 'utf8')).toBe('antes');
      expect(await readdir(directory)).toEqual(['record.json']);
    }
  });

  it('does not claim success when the new name may not survive', async () => {
    await expect(replaceFile(path, 'abc', failingDisk('sync'))).rejects.toMatchObject({
      code: 'STORE_WRITE_FAILED',
    });
  });

  it('says nothing of the file in its error', async () => {
    const secret = join(directory, 'missing', 'maria-silva.json');
    const error: Error = await replaceFile(secret, 'x').then(
      () => new Error('it was written'),
      (reason) => reason,
    );
    expect(error).toMatchObject({ code: 'STORE_WRITE_FAILED' });
    expect(error.message).not.toContain('maria');
  });
});

describe('what a dead process left of its commits', () => {
  it('is removed, and nothing else is', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'commit-'));
    try {
      const kept = ['.gitkeep', '.record.json.tmp', 'a.json', 'b.tmp', 'call.part'];
      for (const name of kept) await writeFile(join(directory, name), '');
      await writeFile(join(directory, '.a.json.0123456789ab.tmp'), 'half');
      await mkdir(join(directory, 'folder'));
      expect(await removeStaleTemporaries(directory)).toBe(1);
      expect((await readdir(directory)).toSorted()).toEqual([...kept, 'folder'].toSorted());
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
