import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMediaDownload } from '../../src/twilio/media-download.ts';

const limits = { mostBytes: 1_000, types: new Set(['audio/ogg']) };
const asked: { url: string; authorization: string | undefined }[] = [];
const elsewhere: string[] = [];
let carrier: Server;
let stranger: Server;
let url = '';
let strange = '';

const listen = (server: Server) =>
  new Promise<string>((resolve) =>
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    ),
  );

beforeAll(async () => {
  stranger = createServer((request, response) => {
    elsewhere.push(request.url ?? '');
    response.setHeader('content-type', 'audio/ogg').end('secret of our own network');
  });
  strange = await listen(stranger);
  carrier = createServer((request, response) => {
    asked.push({ url: request.url ?? '', authorization: request.headers.authorization });
    const answers: Record<string, () => void> = {
      '/good': () => response.setHeader('content-type', 'audio/ogg; codecs=opus').end('voice'),
      '/large': () => response.setHeader('content-type', 'audio/ogg').end('x'.repeat(1_001)),
      '/endless': () => {
        response.setHeader('content-type', 'audio/ogg');
        response.write('x'.repeat(600));
        response.end('x'.repeat(600));
      },
      '/page': () => response.setHeader('content-type', 'text/html').end('<b>'),
      '/away': () => response.writeHead(307, { location: `${strange}/latest/meta-data` }).end(),
      '/file': () => response.writeHead(307, { location: 'file:///etc/passwd' }).end(),
      '/again': () => response.writeHead(307, { location: '/good' }).end(),
      '/loop': () => response.writeHead(307, { location: '/loop' }).end(),
    };
    const answer = answers[request.url ?? ''] ?? (() => response.writeHead(404).end());
    answer();
  });
  url = await listen(carrier);
});
afterAll(() => {
  carrier.close();
  stranger.close();
});

const download = (address: string) =>
  createMediaDownload({ accountSid: 'AC1', authToken: 'token', apiUrl: url })(address, limits);

describe('what somebody sent', () => {
  it('is fetched from the carrier, with the account’s key', async () => {
    expect(await download(`${url}/good`)).toEqual({
      outcome: 'ready',
      bytes: Buffer.from('voice'),
      contentType: 'audio/ogg',
    });
    const key = Buffer.from('AC1:token').toString('base64');
    expect(asked.at(-1)).toEqual({ url: '/good', authorization: `Basic ${key}` });
  });

  it('may lie elsewhere at the carrier', async () => {
    expect(await download(`${url}/again`)).toMatchObject({ outcome: 'ready' });
  });

  it('is not fetched from anywhere else: no connection is made', async () => {
    const before = asked.length;
    for (const address of [
      `${strange}/good`,
      'http://169.254.169.254/latest/meta-data/',
      'file:///etc/passwd',
      'https://api.twilio.com.attacker.example/x',
      url.replace('http://', 'http://user:pass@'),
      'not an address',
    ])
      expect(await download(address)).toEqual({ outcome: 'refused' });
    expect(asked).toHaveLength(before);
    expect(elsewhere).toEqual([]);
  });

  it.each(['/away', '/file'])('a redirect to elsewhere (%s) is not followed', async (path) => {
    expect(await download(url + path)).toEqual({ outcome: 'refused' });
    expect(elsewhere).toEqual([]);
  });

  it.each(['/large', '/endless', '/page'])('%s is refused', async (path) => {
    expect(await download(url + path)).toEqual({ outcome: 'refused' });
  });

  it('that is not there, or goes in circles, may be tried again', async () => {
    expect(await download(`${url}/gone`)).toEqual({ outcome: 'failed' });
    expect(await download(`${url}/loop`)).toEqual({ outcome: 'failed' });
  });
});
