import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { openStage, until } from '../support/stage.ts';

it('a model that refuses its key: one post to the operator’s address, and none that names the caller', async () => {
  const bodies: string[] = [];
  const operator = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      bodies.push(body);
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await once(operator, 'listening');
  const { port } = operator.address() as AddressInfo;
  const stage = await openStage({
    model: { upgradeStatus: 401 },
    env: { ALARM_WEBHOOK_URL: `http://127.0.0.1:${port}/alarms` },
  });
  const told = () =>
    bodies
      .map((body) => JSON.parse(body) as { name: string })
      .filter(({ name }) => name === 'model-unavailable');
  try {
    await stage.dial().ended;
    await until(() => told().length > 0, 'the alarm is posted');
    // The next caller meets the same fault.
    await stage.dial().ended;
    await until(async () => {
      const text = await stage.app.metrics.render();
      return text.includes('alarms_total{name="model-unavailable"} 1') && told().length === 1;
    }, 'it was told once');
    expect(told()[0]).toEqual({
      name: 'model-unavailable',
      since: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/),
      count: expect.any(Number),
      message: expect.stringContaining('fallback'),
    });
    expect(bodies.join()).not.toContain('999990001');
  } finally {
    await stage.close();
    operator.closeAllConnections();
    await new Promise((resolve) => operator.close(resolve));
  }
});
