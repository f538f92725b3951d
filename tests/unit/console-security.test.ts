import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SignedInPerson, signIn } from '../support/console-access.ts';
import { addressOf, type Route, watchRoutes } from '../support/route-table.ts';
import { apiKey, openStage, type Stage } from '../support/stage.ts';

/** Routes that answer without a session or a key, and what guards them instead. */
const publicRoutes = new Map([
  ['POST /console/api/session', 'the password'],
  ['DELETE /console/api/session', 'signing out of nothing is nothing'],
  ['POST /console/api/browser-reports', 'only counted'],
  ['GET /healthz', 'says only that it lives'],
  ['HEAD /healthz', 'as GET'],
  ['GET /readyz', 'says only that it is ready'],
  ['HEAD /readyz', 'as GET'],
  // The patients' chat: whoever writes sees their own conversation and no other.
  ['POST /initial-message', 'the cookie of the conversation, limits by address'],
  ['POST /chat', 'as the first message'],
  ['POST /chat_ai', 'as the first message'],
  ['GET /chat/history', 'of the cookie’s conversation, or of none'],
  ['HEAD /chat/history', 'as GET'],
  ['DELETE /chat/history', 'as GET'],
]);
/** Signed by the carrier: 403 without the signature. */
const signed =
  /^(GET|HEAD|POST) \/(incoming-call|whatsapp|whatsapp-status|call-status|stream-status|amd-status|media-stream|transfer-[a-z]+)$/;

/** Files that are the same for everybody: the console's page, its scripts and styles. */
const page = /^(GET|HEAD) \/(console(\/\*)?|assets\/\*|chat-widget\.js)?$/;
/** What a browser asks before another site's page may ask. */
const preflight = /^OPTIONS \/(initial-message|chat|chat_ai|chat\/history)$/;

const nameOf = ({ method, url }: Route) => `${method} ${url}`;

describe('the whole server', () => {
  let stage: Stage;
  let routes: Route[];
  let admin: SignedInPerson;
  const watch = watchRoutes();

  beforeAll(async () => {
    stage = await openStage();
    routes = watch.of(stage.app.server);
    watch.stop();
    admin = await signIn(stage, 'admin');
  });
  afterAll(() => stage.close());

  const ask = ({ method, ...route }: Route, init: RequestInit = {}) =>
    fetch(`${stage.url}${addressOf({ method, ...route })}`, {
      method,
      redirect: 'manual',
      ...init,
    });

  it('answers nobody without a session or a key, but for what is named here', async () => {
    const guarded = routes.filter(
      (one) =>
        !publicRoutes.has(nameOf(one)) &&
        ![page, preflight].some((known) => known.test(nameOf(one))),
    );
    expect(guarded.length).toBeGreaterThan(40);
    const open: string[] = [];
    for (const route of guarded) {
      const expected = signed.test(nameOf(route)) ? [403, 404] : [401, 302, 404];
      // What writes says so; a refusal for want of the page's header would not show that nobody is signed in.
      const { status } = await ask(route, { headers: { 'x-alo-console': '1' } });
      if (!expected.includes(status)) open.push(`${nameOf(route)} → ${status}`);
    }
    expect(open).toEqual([]);
  });

  it('takes no name from this list that is not there', () => {
    const names = routes.map(nameOf);
    expect([...publicRoutes.keys()].filter((name) => !names.includes(name))).toEqual([]);
  });

  it('answers below /console with every header of the policy, refusals and unknown addresses too', async () => {
    const own = routes.filter(({ url }) => url.startsWith('/console'));
    const unknown = ['/console/api/nada', '/console/api/..%2f..%2fx', '/console/api/session?x=%'];
    const asked = [...own, ...unknown.map((url) => ({ method: 'GET', url }))];
    for (const route of asked) {
      for (const headers of [{}, { cookie: admin.cookie }]) {
        const answer = await ask(route, { headers });
        expect(Object.fromEntries(answer.headers), nameOf(route)).toMatchObject({
          'content-security-policy':
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'; require-trusted-types-for 'script'; report-uri /console/api/browser-reports; report-to console",
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
          'cross-origin-opener-policy': 'same-origin',
          'cross-origin-resource-policy': 'same-origin',
        });
        expect(answer.headers.has('strict-transport-security')).toBe(false);
        expect(answer.headers.has('server')).toBe(false);
        expect(answer.headers.has('x-powered-by')).toBe(false);
        if (route.url.startsWith('/console/api'))
          expect(answer.headers.get('cache-control'), nameOf(route)).toBe('no-store');
      }
    }
  });

  it('says nothing that a browser could run where an address cannot even be read', async () => {
    for (const url of ['/console/%zz', '/%', '/nada', `/${'x'.repeat(20_000)}`]) {
      const answer = await fetch(`${stage.url}${url}`);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
      if (answer.status === 431) continue;
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    }
  });

  it('takes no object that would change every object, at any address that reads JSON', async () => {
    const bodies = [
      '{"__proto__":{"isPolluted":true}}',
      '{"constructor":{"prototype":{"isPolluted":true}}}',
      '{"login":"x","__proto__":{"role":"admin"}}',
      '{"a":{"__proto__":{"isPolluted":true}}}',
    ];
    const writing = routes.filter(({ method }) => ['POST', 'PUT', 'PATCH'].includes(method));
    const reading = writing.filter((one) => !signed.test(nameOf(one)));
    expect(reading.length).toBeGreaterThan(8);
    for (const route of reading) {
      if (route.url === '/console/api/browser-reports') continue;
      for (const body of bodies) {
        const headers = {
          cookie: admin.cookie,
          'x-alo-console': '1',
          authorization: `Bearer ${apiKey}`,
          'content-type': 'application/json',
        };
        const { status } = await ask(route, { headers, body });
        // Routes without a body of their own do not look at it; then 404 for the id that does not exist.
        expect([400, 404, 415], `${nameOf(route)} ${body}`).toContain(status);
        expect(Reflect.get({}, 'isPolluted')).toBeUndefined();
        expect(Reflect.get({}, 'role')).toBeUndefined();
      }
    }
  });

  it('takes no field that is not named', async () => {
    const wish = { login: 'eva', name: 'Eva', role: 'staff', clinics: ['aurora'] };
    for (const extra of [
      { id: 'x' },
      { epoch: 9 },
      { password: { hash: 'x' } },
      { isAdmin: true },
    ]) {
      const body = JSON.stringify({ ...wish, ...extra });
      expect((await admin.fetch('/console/api/users', { method: 'POST', body })).status).toBe(400);
    }
  });

  it('counts what browsers kept a page from, and keeps nothing of it', async () => {
    const body = JSON.stringify({
      'csp-report': { 'violated-directive': 'script-src', 'blocked-uri': 'https://mau.exemplo/x' },
    });
    const headers = { 'content-type': 'application/csp-report' };
    const counted = async () =>
      Number(/^browser_reports_total (\d+)$/m.exec(await stage.app.metrics.render())?.[1]);
    const before = await counted();
    const answer = await fetch(`${stage.url}/console/api/browser-reports`, {
      method: 'POST',
      headers,
      body,
    });
    expect(answer.status).toBe(204);
    expect(await counted()).toBe(before + 1);
    expect(stage.log.join('')).toContain('script-src');
    expect(stage.log.join('')).not.toContain('mau.exemplo');
    const huge = await fetch(`${stage.url}/console/api/browser-reports`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ x: 'x'.repeat(20_000) }),
    });
    expect(huge.status).toBe(413);
  });
});

describe('on https', () => {
  it('browsers are told to stay there', async () => {
    const stage = await openStage({ env: { PUBLIC_URL: 'https://voz.exemplo.com.br' } });
    const own = stage.app.server.listeningOrigin;
    const answer = await fetch(`${own}/console/api/session`);
    expect(answer.headers.get('strict-transport-security')).toBe('max-age=31536000');
    const person = await signIn(stage, 'staff');
    expect(person.cookie).toMatch(/^__Host-alo=/);
    expect((await person.fetch('/console/api/session')).status).toBe(200);
    await stage.close();
  });
});
