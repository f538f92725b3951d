import { describe, expect, it } from 'vitest';
import { CallRecording } from '../../src/call/call-recording.ts';

/** A recording whose disk is a list of what it was told. */
function recordingOf() {
  const did: string[] = [];
  const heard: [string, string, number][] = [];
  const recording = new CallRecording({
    open() {
      did.push('open');
      return {
        caller: (audio, atByte) => heard.push(['caller', audio.toString(), atByte]),
        agent: (audio, atByte) => heard.push(['agent', audio.toString(), atByte]),
        async close(endByte) {
          did.push(`close ${endByte}`);
          return { durationMs: endByte / 8, complete: true };
        },
        discard: async () => void did.push('discard'),
      };
    },
    file: () => 'call.wav',
  });
  return { recording, did, heard };
}

describe('a call that may not be recorded', () => {
  it('opens no file, whatever is said in it', async () => {
    const { recording, did, heard } = recordingOf();
    recording.caller(Buffer.from('abc'), 0);
    recording.agent(Buffer.from('abc'), 0);
    expect(await recording.finish(1_000)).toBeUndefined();
    expect([...did, ...heard]).toEqual([]);
  });
});

describe('a call that may be recorded from some moment on', () => {
  it('keeps nothing of what was said before, also when it comes later', async () => {
    const { recording, heard, did } = recordingOf();
    recording.caller(Buffer.from('before'), 0);
    recording.start(1);
    recording.agent(Buffer.from('0123456789'), 4);
    recording.caller(Buffer.from('late'), 2);
    recording.caller(Buffer.from('after'), 20);
    expect(heard).toEqual([
      ['agent', '456789', 8],
      ['caller', 'after', 20],
    ]);
    expect(await recording.finish(100)).toEqual({
      file: 'call.wav',
      durationMs: 100,
      complete: true,
    });
    expect(did).toEqual(['open', 'close 800']);
  });

  it('is opened once', () => {
    const { recording, did } = recordingOf();
    recording.start(1);
    recording.stop(2, 'keep');
    recording.start(3);
    expect(recording.isOn).toBe(false);
    expect(did).toEqual(['open', 'close 16']);
  });

  it('keeps the part before a stop, or deletes it, also later', async () => {
    const kept = recordingOf();
    kept.recording.start(0);
    kept.recording.stop(50, 'keep');
    kept.recording.caller(Buffer.from('after'), 500);
    expect(await kept.recording.finish(100)).toMatchObject({ durationMs: 50 });
    expect(kept.heard).toEqual([]);

    const deleted = recordingOf();
    deleted.recording.start(0);
    deleted.recording.stop(50, 'delete');
    expect(await deleted.recording.finish(100)).toBeUndefined();
    expect(deleted.did.filter((one) => one.startsWith('close'))).toEqual([]);
    expect(deleted.did).toContain('discard');

    const later = recordingOf();
    later.recording.start(0);
    later.recording.stop(50, 'keep');
    later.recording.stop(60, 'delete');
    expect(await later.recording.finish(100)).toBeUndefined();
    expect(later.did).toContain('discard');
  });
});
