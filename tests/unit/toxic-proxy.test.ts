import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startToxicProxy } from '../support/toxic-proxy.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A server that sends back what it gets, and a client that reaches it through the proxy. */
async function echo() {
  const served: Socket[] = [];
  const server = createServer((socket) => {
    served.push(socket);
    socket.on('error', () => {});
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const proxy = await startToxicProxy(`tcp://127.0.0.1:${port}`);
  cleanups.push(() => proxy.close());
  const open = async () => {
    const parts: Buffer[] = [];
    const socket = connect(proxy.port, '127.0.0.1');
    const closed = new Promise<{ code: string; atMs: number }>((resolve) => {
      let code = '';
      socket.on('error', (error: NodeJS.ErrnoException) => {
        code = error.code ?? '';
      });
      socket.on('close', () => resolve({ code, atMs: performance.now() }));
    });
    socket.on('data', (part) => parts.push(part));
    await Promise.race([new Promise((resolve) => socket.once('connect', resolve)), closed]);
    cleanups.push(() => socket.destroy());
    return { socket, parts, closed, text: () => Buffer.concat(parts).toString() };
  };
  return { proxy, served, open };
}

describe('a line through the proxy', () => {
  it('without faults passes everything both ways, and the end of it', async () => {
    const { proxy, open } = await echo();
    const { socket, text, closed } = await open();
    const long = 'x'.repeat(1_000_000);
    socket.end(long);
    expect((await closed).code).toBe('');
    expect(text()).toBe(long);
    await expect.poll(() => proxy.connections).toBe(0);
  });

  it('late in one direction: what is sent comes that much later, in order', async () => {
    const { proxy, open } = await echo();
    proxy.set('up', { latencyMs: 80, jitterMs: 40 });
    const { socket, text } = await open();
    const begunMs = performance.now();
    for (const part of ['a', 'b', 'c', 'd']) socket.write(part);
    await expect.poll(text, { interval: 5 }).toBe('abcd');
    expect(performance.now() - begunMs).toBeGreaterThanOrEqual(78);
  });

  it('cut into slices: nothing is lost', async () => {
    const { proxy, open } = await echo();
    proxy.set('down', { sliceBytes: 3 });
    const { socket, text } = await open();
    socket.write('0123456789');
    await expect.poll(text).toBe('0123456789');
  });

  it('that is narrow lets bytes through at its own pace', async () => {
    const { proxy, open } = await echo();
    proxy.set('up', { bytesPerSecond: 10_000, sliceBytes: 100 });
    const { socket, text } = await open();
    const begunMs = performance.now();
    socket.write('x'.repeat(1_000));
    await expect.poll(() => text().length, { interval: 5 }).toBe(1_000);
    expect(performance.now() - begunMs).toBeGreaterThanOrEqual(95);
  });

  it('that stalls holds everything, and gives it when it goes on', async () => {
    const { proxy, open } = await echo();
    const { socket, text } = await open();
    proxy.set('down', { isStalled: true });
    socket.write('held');
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(text()).toBe('');
    proxy.set('down', {});
    await expect.poll(text).toBe('held');
  });

  it('that is reset is reset on both sides', async () => {
    const { proxy, served, open } = await echo();
    const { socket, text, closed } = await open();
    socket.write('x');
    await expect.poll(text).toBe('x');
    proxy.reset();
    expect((await closed).code).toBe('ECONNRESET');
    await expect.poll(() => served[0]?.destroyed).toBe(true);
    await expect.poll(() => proxy.connections).toBe(0);
  });

  it('that is reset from the beginning never reaches the server', async () => {
    const { proxy, served, open } = await echo();
    proxy.resetNew(true);
    const { closed } = await open();
    await closed;
    expect(served).toEqual([]);
    expect(proxy.accepted).toBe(1);
  });

  it('whose end comes slowly ends, later', async () => {
    const { proxy, served, open } = await echo();
    proxy.closeSlowly(80);
    const { closed } = await open();
    await expect.poll(() => served.length).toBe(1);
    const endedMs = performance.now();
    served[0]?.end();
    // Ours is open until the end arrives.
    const whenClosed = closed.then(({ atMs }) => atMs - endedMs);
    expect(await whenClosed).toBeGreaterThanOrEqual(78);
  });
});
