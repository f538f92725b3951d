import { describe, expect, it } from 'vitest';
import { createLog, type Log } from '../../src/platform/log.ts';
import { scrub } from '../../src/platform/scrub.ts';

const canaries = {
  phone: '+5588999991234',
  spokenPhone: '(88) 99999-1234',
  cpf: '529.982.247-25',
  bareCpf: '52998224725',
  email: 'maria.canario@exemplo.com.br',
  name: 'Maria Canário da Silva',
};
const forbidden = /9{4,5}-?1234|529\.?982|247-?25|canario|canário|exemplo\.com/i;

/** What was written while `use` had the log, as raw lines. */
function linesOf(use: (log: Log) => void, level = 'trace'): string[] {
  let written = '';
  use(
    createLog(level, {
      write: (text) => {
        written += text;
      },
    }),
  );
  return written.split('\n').filter((line) => line !== '');
}

/** The one line written, parsed. */
function lineOf(use: (log: Log) => void): Record<string, unknown> {
  const lines = linesOf(use);
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

describe('a log line', () => {
  it('keeps its fixed sentence and its machine values', () => {
    const line = lineOf((log) =>
      log.info({ callSid: 'CA12345678901234567890', durationMs: 1_234_567_890 }, 'call ended'),
    );
    expect(line).toMatchObject({
      level: 'info',
      msg: 'call ended',
      callSid: 'CA12345678901234567890',
      durationMs: 1_234_567_890,
    });
  });

  it('keeps what an operator needs to find a file or the server', () => {
    const file = '2026-11-21T10-15-30-CA12345678901234567890.json';
    const address = 'http://192.168.100.10:5050';
    expect(lineOf((log) => log.info({ file, address }, 'x'))).toMatchObject({ file, address });
  });

  it('has no personal data under personal keys, at any depth', () => {
    const person = {
      name: canaries.name,
      patientName: canaries.name,
      fromE164: canaries.phone,
      notes: 'Canário prefere a manhã',
    };
    const lines = linesOf((log) =>
      log.info({ ...person, a: { ...person, b: { ...person, c: [{ d: person }] } } }, 'x'),
    );
    expect(lines.join()).not.toMatch(forbidden);
    expect(lines.join()).toContain('[redacted]');
  });

  it.each(Object.entries(canaries).filter(([kind]) => kind !== 'name'))(
    'has no %s in sentences, values, keys, arrays or interpolations',
    (_kind, canary) => {
      const lines = linesOf((log) => {
        log.info(`the caller said ${canary} and hung up`);
        log.info({ reason: `bad value ${canary}` }, 'x');
        log.info({ a: { b: { c: { reason: canary } } } }, 'x');
        log.info({ list: [canary, { reason: canary }] }, 'x');
        log.info({ seen: { [canary]: 1 } }, 'x');
        log.info('%s and %j', canary, { reason: canary });
        log.info({ msg: `in the field ${canary}` });
      });
      expect(lines).toHaveLength(7);
      expect(lines.join('\n')).not.toMatch(forbidden);
    },
  );

  it('has no telephone that was passed as a number', () => {
    expect(JSON.stringify(lineOf((log) => log.info({ value: 5588999991234 }, 'x')))).not.toMatch(
      forbidden,
    );
  });

  it('has none in what a child log always carries', () => {
    const lines = linesOf((log) => {
      const child = log.child({ from: canaries.phone, about: `call of ${canaries.phone}` });
      child.info('x');
      child.child({ deep: { email: canaries.email } }, { level: 'info' }).info('y');
      child.setBindings({ reason: canaries.cpf });
      child.info('z');
    });
    expect(lines).toHaveLength(3);
    expect(lines.join('\n')).not.toMatch(forbidden);
  });

  it('does not walk into objects that are more than data', () => {
    class Patient {
      cpf = canaries.cpf;
      story = canaries.name;
    }
    const line = lineOf((log) => log.info({ who: new Patient(), raw: Buffer.from('x') }, 'x'));
    expect(line).toMatchObject({ who: '[Patient]', raw: '[Buffer]' });
  });

  it('says of a request its method and path, never its query', () => {
    const req = { method: 'GET', url: '/incoming-call?From=%2B5588999991234&CallerName=Canario' };
    expect(lineOf((log) => log.info({ req }, 'x')).req).toEqual({
      method: 'GET',
      path: '/incoming-call',
    });
  });
});

describe('an error in the log', () => {
  it('is its type, code, scrubbed message and stack frames', () => {
    const error = Object.assign(new Error(`no route to ${canaries.phone}`), { code: 'ECONNRESET' });
    const { err, msg } = lineOf((log) => log.error({ err: error }, 'socket failed'));
    expect(msg).toBe('socket failed');
    expect(err).toMatchObject({
      type: 'Error',
      code: 'ECONNRESET',
      message: 'no route to [number]',
    });
    expect((err as { where: string[] }).where[0]).toMatch(/^at .*log\.test\.ts/);
  });

  it.each([
    ['alone', (log: Log, error: Error) => log.error(error)],
    ['with a sentence', (log: Log, error: Error) => log.error(error, 'failed')],
    ['under err without a sentence', (log: Log, error: Error) => log.error({ err: error })],
    ['under another key', (log: Log, error: Error) => log.error({ problem: error }, 'failed')],
    ['in a list', (log: Log, error: Error) => log.error({ all: [error] }, 'failed')],
    ['as an interpolation', (log: Log, error: Error) => log.error('failed: %o', error)],
  ])('has no personal data when logged %s', (_how, use) => {
    const cause = new Error(canaries.email);
    const error = Object.assign(
      new Error(`${canaries.phone}\nsecond line\n${canaries.cpf}`, { cause }),
      { patient: canaries.name, request: { body: canaries.email } },
    );
    const lines = linesOf((log) => use(log, error));
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(forbidden);
  });

  it('shows stack frames only, not further lines of its message', () => {
    const { err } = lineOf((log) =>
      log.error({ err: new Error('a\n    at Maria\n    at b (c:1:2)') }),
    );
    const { where } = err as { where: string[] };
    expect(where.join()).not.toMatch(/Maria|c:1:2/);
    expect(where).toHaveLength(3);
  });

  it('does not quote the text that could not be parsed', () => {
    const parse = () => JSON.parse(`Canário: ${canaries.name}`) as unknown;
    let failure: unknown;
    try {
      parse();
    } catch (error) {
      failure = error;
    }
    expect((failure as Error).message).toMatch(/Can/);
    const lines = linesOf((log) => log.warn({ err: failure }));
    expect(lines[0]).not.toMatch(forbidden);
    expect(lines[0]).toContain('unreadable input');
  });
});

describe('hostile text in the log', () => {
  it('stays on one line and cannot colour a terminal', () => {
    const hostile = 'bye\r\n{"level":"fatal"}\u001b[31m\u2028\u0085red\u0000';
    const lines = linesOf((log) => {
      log.info({ reason: hostile, callSid: hostile, a: { b: hostile } }, hostile);
    });
    expect(lines).toHaveLength(1);
    const values = JSON.parse(lines[0] ?? '') as { reason: string; callSid: string; msg: string };
    for (const value of [values.reason, values.callSid, values.msg]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is the point
      expect(value).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    }
  });

  it('cannot hide a number behind control characters', () => {
    expect(scrub('55\u000088\u001b99999\u00001234')).toBe('[number]');
  });

  it('is cut, and a cut never leaves half of what would have been recognised', () => {
    expect(scrub('x '.repeat(10_000)).length).toBe(500);
    const emails = `${canaries.email} `.repeat(2_000);
    expect(scrub(emails)).not.toMatch(/canario/);
    for (let shift = 0; shift < 40; shift += 1) {
      expect(scrub(`${'1 '.repeat(4_080)}${'y'.repeat(shift)} ${emails}`)).not.toMatch(/canario/);
    }
  });

  it('costs linear time: a megabyte is read in well under a second', () => {
    const started = performance.now();
    scrub('a'.repeat(1_000_000));
    scrub('1-'.repeat(500_000));
    scrub('a@'.repeat(500_000));
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('in a circle, in depth and in breadth is bounded', () => {
    const circle: Record<string, unknown> = { wide: Array.from({ length: 10_000 }, () => 'x') };
    circle.again = circle;
    const lines = linesOf((log) => log.info(circle, 'x'));
    expect(lines[0]?.length).toBeLessThan(8_192);
  });
});

it('a level that is off writes nothing', () => {
  expect(linesOf((log) => log.debug('x'), 'info')).toEqual([]);
});
