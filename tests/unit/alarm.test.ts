import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type Alarm, createAlarms } from '../../src/platform/alarm.ts';
import { createAlarmWebhook } from '../../src/platform/alarm-webhook.ts';
import { createLog } from '../../src/platform/log.ts';

const minute = 60_000;

function desk() {
  let nowMs = 0;
  const lines: string[] = [];
  const sent: Alarm[] = [];
  const counted: unknown[] = [];
  const alarms = createAlarms({
    messages: { flood: 'Water in the cellar.', fire: 'Smoke on the stairs.' },
    clock: { monotonicMs: () => nowMs, wallMs: () => Date.UTC(2026, 10, 21) + nowMs },
    log: createLog('info', { write: (line: string) => void lines.push(line) }),
    metrics: { count: (...one) => void counted.push(one) },
    send: (alarm) => void sent.push(alarm),
  });
  return {
    alarms,
    lines,
    sent,
    counted,
    at: (ms: number) => {
      nowMs = ms;
    },
  };
}

describe('an alarm', () => {
  it('is told once however often its fault is seen, and again when it lasts 15 minutes', () => {
    const { alarms, sent, lines, counted, at } = desk();
    for (let ms = 0; ms < 15 * minute; ms += 1_000) {
      at(ms);
      alarms.raise('flood');
    }
    expect(sent).toHaveLength(1);
    at(15 * minute);
    alarms.raise('flood');
    expect(sent).toEqual([
      { name: 'flood', since: '2026-11-21T00:00:00.000Z', count: 1, message: expect.any(String) },
      { name: 'flood', since: '2026-11-21T00:00:00.000Z', count: 901, message: expect.any(String) },
    ]);
    expect(lines).toHaveLength(2);
    expect(counted).toHaveLength(2);
  });

  it('does not keep another one from being told', () => {
    const { alarms, sent } = desk();
    alarms.raise('flood');
    alarms.raise('fire', { floor: 2 });
    expect(sent.map(({ name }) => name)).toEqual(['flood', 'fire']);
    expect(sent[1]).not.toHaveProperty('floor');
  });

  it('that is over and comes back is a new one', () => {
    const { alarms, sent, at } = desk();
    alarms.raise('flood');
    at(2 * minute);
    alarms.clear('flood');
    expect(alarms.standing()).toEqual([]);
    at(3 * minute);
    alarms.raise('flood');
    expect(sent.map(({ since, count }) => [since.slice(11, 19), count])).toEqual([
      ['00:00:00', 1],
      ['00:03:00', 1],
    ]);
  });

  it('that comes and goes every second is told once a minute', () => {
    const { alarms, sent, at } = desk();
    for (let ms = 0; ms <= minute; ms += 1_000) {
      at(ms);
      alarms.raise('flood');
      alarms.clear('flood');
    }
    expect(sent).toHaveLength(2);
  });

  it('stands until it is over', () => {
    const { alarms } = desk();
    alarms.raise('fire');
    alarms.raise('flood');
    alarms.raise('flood');
    expect(alarms.standing().map(({ name, count }) => [name, count])).toEqual([
      ['fire', 1],
      ['flood', 2],
    ]);
  });
});

describe('the webhook of alarms', () => {
  const alarm = { name: 'flood', since: '2026-11-21T00:00:00.000Z', count: 1, message: 'Water.' };

  async function posted(status: number, times = 1) {
    const bodies: string[] = [];
    const lines: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        bodies.push(body);
        response.writeHead(status, { location: '/elsewhere' }).end('x'.repeat(10_000));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const log = createLog('info', { write: (line: string) => void lines.push(line) });
    const send = createAlarmWebhook(`http://127.0.0.1:${port}/hook`, log);
    for (let i = 0; i < times; i += 1) send?.(alarm);
    await expect.poll(() => bodies.length + lines.length).toBeGreaterThanOrEqual(times);
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeIdleConnections();
    });
    return { bodies, lines };
  }

  it('gets name, time, count and message, and nothing else', async () => {
    const { bodies, lines } = await posted(204);
    expect(bodies.map((body) => JSON.parse(body))).toEqual([alarm]);
    expect(lines).toEqual([]);
  });

  it('that redirects is not followed', async () => {
    const { bodies } = await posted(302);
    expect(bodies).toHaveLength(1);
  });

  it('is not flooded: what is too much stays in the log', async () => {
    const { bodies, lines } = await posted(200, 20);
    expect(bodies).toHaveLength(8);
    expect(lines.filter((line) => line.includes('too many under way'))).toHaveLength(12);
  });

  it('that nobody set is none', () => {
    expect(createAlarmWebhook(undefined, createLog('silent'))).toBeUndefined();
  });
});
