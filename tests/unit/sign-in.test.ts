import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addressKey, createSignInLimits } from '../../src/console/sign-in-limits.ts';
import { type ConsoleDesk, deskPassword, openConsoleDesk } from '../support/console-desk.ts';

const wrong = 'nao e esta a senha';
const minute = 60_000;

describe('somebody who tries passwords', () => {
  let desk: ConsoleDesk;
  beforeEach(async () => {
    desk = await openConsoleDesk();
    await desk.add('ana');
    await desk.add('bia');
  });
  afterEach(() => desk.server.close());

  const codes = async (count: number, login: (n: number) => string, ip: (n: number) => string) => {
    const seen: number[] = [];
    for (let n = 0; n < count; n += 1)
      seen.push((await desk.enter(login(n), wrong, { ip: ip(n) })).statusCode);
    return seen;
  };

  it('of one login is locked out after ten from anywhere; the right one does not help for 15 minutes', async () => {
    const ip = (n: number) => `198.51.100.${n}`;
    expect(await codes(10, () => 'ana', ip)).toEqual(Array(10).fill(401));
    const eleventh = await desk.enter('ana', deskPassword, { ip: ip(99) });
    expect([eleventh.statusCode, eleventh.json().error.code]).toEqual([429, 'too-many-attempts']);
    expect(Number(eleventh.headers['retry-after'])).toBe(900);
    desk.clock.nowMs += 14 * minute;
    expect((await desk.enter('ana')).statusCode).toBe(429);
    desk.clock.nowMs += minute;
    expect((await desk.enter('ana')).statusCode).toBe(200);
  });

  it('from one address is locked out after ten logins; others come in from elsewhere', async () => {
    expect(
      await codes(
        10,
        (n) => `pessoa${n}`,
        () => '198.51.100.1',
      ),
    ).toEqual(Array(10).fill(401));
    expect((await desk.enter('ana', deskPassword, { ip: '198.51.100.1' })).statusCode).toBe(429);
    expect((await desk.enter('ana', deskPassword, { ip: '198.51.100.2' })).statusCode).toBe(200);
  });

  it('all at once gets ten tries, not more', async () => {
    const all = await Promise.all(
      Array.from({ length: 25 }, (_, n) => desk.enter('ana', wrong, { ip: `198.51.100.${n}` })),
    );
    const seen = all.map(({ statusCode }) => statusCode).sort();
    expect(seen).toEqual([...Array(10).fill(401), ...Array(15).fill(429)]);
  });

  it('cannot claim to come from elsewhere: only our proxy is believed', async () => {
    const from = (n: number) => `198.51.100.${n}, 203.0.113.9`;
    await codes(10, (n) => `pessoa${n}`, from);
    expect((await desk.enter('ana', deskPassword, { ip: from(77) })).statusCode).toBe(429);
  });

  it('waits longer for each wrong answer, whether anybody has this login or not', async () => {
    await codes(
      10,
      () => 'ana',
      (n) => `198.51.100.${n}`,
    );
    const known = desk.pauses.splice(0);
    await codes(
      10,
      () => 'ninguem',
      (n) => `198.51.101.${n}`,
    );
    expect(known).toEqual(desk.pauses);
    expect(known).toEqual([10, 20, 40, 80, 160, 320, 640, 1_280, 2_000, 2_000]);
  });

  it('is answered alike for a wrong password, an unknown login and somebody disabled', async () => {
    await desk.add('cida', 'staff', { disabledAt: '2026-11-01T00:00:00.000Z' });
    const answers = [
      await desk.enter('ana', wrong),
      await desk.enter('ninguem', wrong),
      await desk.enter('cida', deskPassword),
    ];
    for (const answer of answers) {
      expect([answer.statusCode, answer.body]).toEqual([401, answers[0]?.body]);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
  });

  it('begins anew after the right one', async () => {
    await codes(
      9,
      () => 'ana',
      (n) => `198.51.100.${n}`,
    );
    expect((await desk.enter('ana')).statusCode).toBe(200);
    expect((await desk.enter('ana', wrong)).statusCode).toBe(401);
  });

  it('leaves a row each time, which names nobody who does not exist', async () => {
    await desk.enter('ana', wrong);
    await desk.enter('minha-senha-no-campo-errado', wrong);
    const { rows } = await desk.trail.page({ action: 'session.refuse' }, { limit: 10 });
    expect(rows.map(({ login, ip }) => [login, ip])).toEqual([
      ['', '203.0.113.7'],
      ['ana', '203.0.113.7'],
    ]);
    expect(JSON.stringify(rows)).not.toContain('minha-senha');
  });

  it('writes the login as people do', async () => {
    expect((await desk.enter(' ANA ')).statusCode).toBe(200);
  });

  it.each([{}, { login: 'ana' }, { login: 'ana', password: 7 }, { login: ['ana'], password: 'x' }])(
    'with %j is told what to send',
    async (payload) => {
      const answer = await desk.server.inject({
        method: 'POST',
        url: '/console/api/session',
        headers: { 'x-alo-console': '1' },
        payload,
      });
      expect(answer.statusCode).toBe(400);
    },
  );
});

describe('where nobody may sign in yet', () => {
  it('says how the first user is made', async () => {
    const desk = await openConsoleDesk();
    const answer = await desk.enter('admin', 'admin');
    expect(answer.statusCode).toBe(503);
    expect(answer.json().error).toMatchObject({ code: 'no-users' });
    expect(answer.json().error.message).toMatch(/ADMIN_PASSWORD.*npm run user/);
    await desk.server.close();
  });

  it('a password that the sandbox made opens nothing in a live server', async () => {
    const at = '2026-11-23T00:00:00.000Z';
    for (const [isSandbox, status] of [
      [true, 200],
      [false, 503],
    ] as const) {
      const desk = await openConsoleDesk({ isSandbox });
      const { password } = await desk.add('x');
      const made = { ...password, origin: 'sandbox' as const, changedAt: at };
      const [x] = await desk.users.list();
      if (x) await desk.users.change(() => ({ put: [{ ...x, password: made }], answer: 0 }));
      expect((await desk.enter('x')).statusCode).toBe(status);
      await desk.server.close();
    }
  });
});

describe('the memory of wrong passwords', () => {
  it('is bounded: whoever was forgotten longest ago makes room', () => {
    const limits = createSignInLimits();
    const flood = (from: number, to: number) => {
      for (let n = from; n < to; n += 1)
        limits.begin(`p${n}`, `2001:db8:${(n >> 8).toString(16)}:${(n & 255).toString(16)}::1`, n);
    };
    for (let n = 0; n < 10; n += 1) limits.begin('ana', `203.0.113.${n}`, 0);
    flood(0, 5_000);
    expect(limits.begin('ana', '203.0.113.99', 5_000)).toHaveProperty('retryAfterS');
    flood(5_000, 20_000);
    expect(limits.begin('ana', '203.0.113.99', 20_000)).toHaveProperty('delayMs');
  });

  it.each([
    ['203.0.113.7', '203.0.113.7', true],
    ['203.0.113.7', '203.0.113.8', false],
    ['::ffff:203.0.113.7', '203.0.113.7', true],
    ['2001:db8:1:2:aaaa::1', '2001:db8:1:2:bbbb:cccc:dddd:2', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['::1', '0:0:0:0:0:0:0:1', true],
  ])('takes %s and %s for the same network: %s', (one, other, isSame) => {
    expect(addressKey(one) === addressKey(other)).toBe(isSame);
  });
});
