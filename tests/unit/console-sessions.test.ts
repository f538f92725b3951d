import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ConsoleDesk, deskPassword, openConsoleDesk, page } from '../support/console-desk.ts';

const session = '/console/api/session';
const minute = 60_000;

let desk: ConsoleDesk;
beforeEach(async () => {
  desk = await openConsoleDesk();
  desk.server.get('/console/api/probe', { onRequest: desk.gate.only('staff', 'admin') }, () => ({
    ok: true,
  }));
  desk.server.post('/console/api/probe', { onRequest: desk.gate.only('staff', 'admin') }, () => ({
    ok: true,
  }));
  await desk.add('ana');
});
afterEach(() => desk.server.close());

const tokenIn = (header: unknown) => /=([^;]*)/.exec(String(header))?.[1] ?? '';

describe('the cookie', () => {
  it('on https is of this host alone, hidden from scripts, and never sent from elsewhere', async () => {
    const { headers } = await desk.enter('ana');
    expect(headers['set-cookie']).toMatch(
      /^__Host-alo=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
    );
  });

  it('on loopback without https has another name and no Secure, which some browsers would refuse', async () => {
    const local = await openConsoleDesk({ publicUrl: 'http://127.0.0.1:5050' });
    await local.add('ana');
    const { headers } = await local.enter('ana');
    expect(headers['set-cookie']).toMatch(
      /^alo-console=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    await local.server.close();
  });

  it('holds nothing that is kept here: what is stored opens nothing', async () => {
    const token = tokenIn((await desk.enter('ana')).headers['set-cookie']);
    const [row] = (await desk.trail.page({ action: 'session.begin' }, { limit: 1 })).rows;
    expect(JSON.stringify(row)).not.toContain(token);
    expect(await desk.sessions.find(token)).toBeUndefined();
  });

  it.each(['', 'x', 'a'.repeat(43), `${'a'.repeat(43)}; __Host-alo=${'b'.repeat(43)}`, '../../x'])(
    'that says %j lets nobody in',
    async (value) => {
      const answer = await desk.server.inject({
        url: session,
        headers: { cookie: `__Host-alo=${value}` },
      });
      expect(answer.statusCode).toBe(401);
    },
  );

  it('twice with two values is nobody: one of them was planted', async () => {
    const ana = await desk.as('ana');
    const planted = `${ana.cookie}; __Host-alo=${'b'.repeat(43)}`;
    expect((await ana.ask('GET', session, undefined, { cookie: planted })).statusCode).toBe(401);
  });
});

describe('a session', () => {
  it('has a new token at each sign-in, and the one that the browser had before is over', async () => {
    const before = await desk.as('ana');
    const entered = await desk.enter('ana', deskPassword, { cookie: before.cookie });
    expect(entered.headers['set-cookie']).not.toContain(before.cookie);
    expect((await before.ask('GET', session)).statusCode).toBe(401);
  });

  it('never takes a token that the browser brought', async () => {
    const chosen = `__Host-alo=${'A'.repeat(43)}`;
    await desk.enter('ana', deskPassword, { cookie: chosen });
    const answer = await desk.server.inject({ url: session, headers: { cookie: chosen } });
    expect(answer.statusCode).toBe(401);
  });

  it('ends after 15 minutes without use, and lasts while it is used', async () => {
    const ana = await desk.as('ana');
    for (let used = 0; used < 3; used += 1) {
      desk.clock.nowMs += 14 * minute;
      expect((await ana.ask('GET', session)).statusCode).toBe(200);
    }
    desk.clock.nowMs += 15 * minute;
    expect((await ana.ask('GET', session)).statusCode).toBe(401);
  });

  it('is not kept alive by a page that nobody looks at, nor by an event stream', async () => {
    const ana = await desk.as('ana');
    for (let polled = 0; polled < 14; polled += 1) {
      desk.clock.nowMs += minute;
      const headers = polled % 2 ? { 'x-alo-unattended': '1' } : { accept: 'text/event-stream' };
      expect((await ana.ask('GET', session, undefined, headers)).statusCode).toBe(200);
    }
    desk.clock.nowMs += minute;
    expect((await ana.ask('GET', session)).statusCode).toBe(401);
  });

  it('ends after 8 hours of work', async () => {
    const ana = await desk.as('ana');
    for (let used = 1; used < 48; used += 1) {
      desk.clock.nowMs += 10 * minute;
      expect((await ana.ask('GET', session)).statusCode).toBe(200);
    }
    desk.clock.nowMs += 10 * minute;
    expect((await ana.ask('GET', session)).statusCode).toBe(401);
  });

  it('of a time that has not come lets nobody in: the clock went back', async () => {
    const ana = await desk.as('ana');
    desk.clock.nowMs -= minute;
    expect((await ana.ask('GET', session)).statusCode).toBe(401);
  });

  it('ends when the person is disabled or gets another role', async () => {
    for (const change of [{ disabledAt: new Date(desk.clock.nowMs).toISOString() }, { epoch: 7 }]) {
      const user = await desk.add(`bia${JSON.stringify(change).length}`);
      const bia = await desk.as(user.login);
      await desk.users.change(() => ({ put: [{ ...user, ...change }], answer: undefined }));
      expect((await bia.ask('GET', session)).statusCode).toBe(401);
    }
  });

  it('ends at sign-out, and only this one', async () => {
    const [here, there] = [await desk.as('ana'), await desk.as('ana')];
    expect((await here.ask('DELETE', session)).statusCode).toBe(204);
    expect((await here.ask('GET', session)).statusCode).toBe(401);
    expect((await there.ask('GET', session)).statusCode).toBe(200);
    const { rows } = await desk.trail.page({ action: 'session.end' }, { limit: 10 });
    expect(rows).toMatchObject([{ login: 'ana' }]);
  });
});

describe('a write', () => {
  const write = (headers: Record<string, string>) => async () => {
    const ana = await desk.as('ana');
    const answer = await desk.server.inject({
      method: 'POST',
      url: '/console/api/probe',
      headers: { cookie: ana.cookie, ...headers },
    });
    return answer;
  };

  it.each([
    ['without the header of our pages', {}],
    ['of another site', { ...page, 'sec-fetch-site': 'cross-site' }],
    ['of a neighbour below the same domain', { ...page, 'sec-fetch-site': 'same-site' }],
    ['typed into the address bar', { ...page, 'sec-fetch-site': 'none' }],
    ['of another origin', { ...page, origin: 'https://mau.exemplo.com' }],
    ['of a page without origin', { ...page, origin: 'null' }],
    ['of the same host without https', { ...page, origin: 'http://voz.exemplo.com.br:81' }],
  ])('%s is refused', async (_what, headers) => {
    const answer = await write(headers)();
    expect(answer.statusCode).toBe(403);
    expect(answer.json()).toMatchObject({ error: { code: 'foreign-page' } });
  });

  it.each([
    [
      'of our page',
      { ...page, 'sec-fetch-site': 'same-origin', origin: 'https://voz.exemplo.com.br' },
    ],
    ['of a browser that does not say where it comes from', page],
  ])('%s is done', async (_what, headers) => {
    expect((await write(headers)()).statusCode).toBe(200);
  });

  it('is refused to a sign-in of another site too', async () => {
    const answer = await desk.server.inject({
      method: 'POST',
      url: session,
      payload: { login: 'ana', password: deskPassword },
    });
    expect(answer.statusCode).toBe(403);
  });
});

describe('reading', () => {
  it('by another site is refused; by the address bar it is not', async () => {
    const ana = await desk.as('ana');
    const read = async (site: string) =>
      (await ana.ask('GET', '/console/api/probe', undefined, { 'sec-fetch-site': site }))
        .statusCode;
    expect([await read('cross-site'), await read('same-site'), await read('none')]).toEqual([
      403, 403, 200,
    ]);
  });

  it('is for the roles that are named', async () => {
    await desk.add('olga', 'auditor');
    const olga = await desk.as('olga');
    const answer = await olga.ask('GET', '/console/api/probe');
    expect([answer.statusCode, answer.json().error.code]).toEqual([403, 'not-allowed']);
  });

  it('shows nothing when the trail cannot be written', async () => {
    desk.server.get('/console/api/secret', { onRequest: desk.gate.only() }, async (request) => {
      await desk.gate.audit(request, { action: 'secret.view' });
      return { secret: true };
    });
    const ana = await desk.as('ana');
    desk.trail.append = () => Promise.reject(new Error('full'));
    const answer = await ana.ask('GET', '/console/api/secret');
    expect(answer.statusCode).toBe(503);
    expect(answer.body).not.toContain('secret');
  });
});

describe('a stream that goes on', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is told once when its person is not signed in any more, and not before', async () => {
    let over = 0;
    desk.server.get('/console/api/stream', { onRequest: desk.gate.only() }, async (request) => {
      desk.gate.whenOver(request, () => {
        over += 1;
      });
      return { ok: true };
    });
    const ana = await desk.as('ana');
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await ana.ask('GET', '/console/api/stream');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(over).toBe(0);
    // Nobody uses it for a quarter of an hour.
    desk.clock.nowMs += 15 * minute;
    await vi.advanceTimersByTimeAsync(15_000);
    expect(over).toBe(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(over).toBe(1);
  });

  it('that was closed is not told', async () => {
    let over = 0;
    desk.server.get('/console/api/stream', { onRequest: desk.gate.only() }, async (request) => {
      desk.gate.whenOver(request, () => {
        over += 1;
      })();
      return { ok: true };
    });
    const ana = await desk.as('ana');
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await ana.ask('GET', '/console/api/stream');
    await ana.ask('DELETE', session);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(over).toBe(0);
  });
});

describe('a password', () => {
  const change = `${session}/password`;

  it('that somebody else gave has to be changed before anything is shown', async () => {
    const user = await desk.add('nova');
    const password = { ...user.password, origin: 'one-time' as const };
    await desk.users.change(() => ({ put: [{ ...user, password }], answer: undefined }));
    const nova = await desk.as('nova');
    expect((await nova.ask('GET', session)).json()).toMatchObject({ mustChangePassword: true });
    const refused = await nova.ask('GET', '/console/api/probe');
    expect([refused.statusCode, refused.json().error.code]).toEqual([
      403,
      'password-change-needed',
    ]);
    const changed = await nova.ask('POST', change, {
      current: deskPassword,
      next: 'outra frase bem comprida',
    });
    expect(changed.json()).toMatchObject({ mustChangePassword: false });
    const cookie = String(changed.headers['set-cookie']).split(';')[0] ?? '';
    expect((await nova.ask('GET', '/console/api/probe', undefined, { cookie })).statusCode).toBe(
      200,
    );
    expect((await nova.ask('GET', session)).statusCode).toBe(401);
  });

  it('that was changed ends the sessions at other browsers', async () => {
    const [here, there] = [await desk.as('ana'), await desk.as('ana')];
    const typed = { current: deskPassword, next: 'outra frase bem comprida' };
    expect((await here.ask('POST', change, typed)).statusCode).toBe(200);
    expect((await there.ask('GET', session)).statusCode).toBe(401);
    expect((await desk.enter('ana')).statusCode).toBe(401);
    expect((await desk.enter('ana', typed.next)).statusCode).toBe(200);
  });

  it.each([
    ['short', 'weak-password'],
    ['senha123456789', 'weak-password'],
    ['ana', 'weak-password'],
    [deskPassword, 'weak-password'],
  ])('%j is not accepted as a new one', async (next, code) => {
    const ana = await desk.as('ana');
    const answer = await ana.ask('POST', change, { current: deskPassword, next });
    expect([answer.statusCode, answer.json().error.code]).toEqual([400, code]);
    expect((await ana.ask('GET', session)).statusCode).toBe(200);
  });

  it('is not changed by who does not know the old one', async () => {
    const ana = await desk.as('ana');
    const typed = { current: 'nao e esta senha', next: 'outra frase bem comprida' };
    const answer = await ana.ask('POST', change, typed);
    expect([answer.statusCode, answer.json().error.code]).toEqual([401, 'wrong-password']);
    expect((await desk.enter('ana')).statusCode).toBe(200);
  });
});
