import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { Conversation } from '../../src/messaging/conversation-record.ts';
import type { ConversationStore } from '../../src/messaging/conversation-store.ts';
import { createClock } from '../../src/platform/clock.ts';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { createSandboxCarrier } from '../../src/sandbox/carrier.ts';
import { startSandboxTwilioRest } from '../../src/sandbox/rest-server.ts';
import {
  type SandboxTextModelOptions,
  startSandboxTextModel,
} from '../../src/sandbox/text-model-server.ts';
import { openRedis } from '../../src/storage/redis-connection.ts';
import { createRedisConversationStore } from '../../src/storage/redis-conversation-store.ts';
import { clinicsDirectory } from './agent-fixtures.ts';
import { testPassword } from './console-access.ts';
import { databaseUrl, dropSchema, freshSchema } from './postgres.ts';
import { redisUrl, removeKeys } from './redis.ts';
import { freePort, type ServerProcess, spawnServer } from './server-process.ts';
import { accountSid, apiKey, authToken, until } from './stage.ts';

const clinicNumber = '+558835430000';

/** A server of the cluster, at the same address also after it was killed and started again. */
export interface ClusterServer {
  url: string;
  process: ServerProcess;
  /** Resolves when it listens again. */
  killAndRestart(): Promise<void>;
}

export interface Sent {
  to: string;
  text: string;
}

/** Two servers as processes of their own, on one Redis and one PostgreSQL, between a carrier and a model that live here. */
export interface TextCluster {
  servers: readonly [ClusterServer, ClusterServer];
  /** What the carrier took on, oldest first. */
  sent: readonly Sent[];
  sentTo(from: string): string[];
  /** Told of every message before the carrier answers it. */
  onSent(told: () => void): void;
  store: ConversationStore;
  /** Somebody writes; as Twilio does it, the other server is asked when the first does not take it. */
  write(from: string, text: string, first?: 0 | 1): Promise<void>;
  conversation(from: string): Promise<Conversation | undefined>;
  /** Nothing is to be done any more. */
  settled(timeoutMs?: number): Promise<void>;
  /** The console's API of one of them, as an admin of all clinics. */
  staff(server: 0 | 1, path: string, body?: unknown): Promise<Response>;
  close(): Promise<void>;
}

export async function openTextCluster(options: {
  decide: NonNullable<SandboxTextModelOptions['decide']>;
  paceMs?: number;
  env?: Record<string, string>;
}): Promise<TextCluster> {
  const prefix = `test-${createId().slice(0, 12)}`;
  const schema = freshSchema();
  const database = new URL(databaseUrl);
  database.searchParams.set('schema', schema);
  const clock = createClock();
  const log = createLog('silent');
  const { decide, paceMs } = options;
  const model = await startSandboxTextModel({ clock, decide, ...(paceMs ? { paceMs } : {}) });
  const carrier = createSandboxCarrier({
    ...{ accountSid, authToken, phoneNumber: clinicNumber, clock, log },
  });
  const sent: Sent[] = [];
  let tellSent = () => {};
  const rest = await startSandboxTwilioRest({
    ...{ carrier, accountSid, authToken, clock },
    onSent({ to, body }) {
      sent.push({ to, text: body });
      tellSent();
    },
  });
  const directories: string[] = [];

  async function openServer(): Promise<ClusterServer> {
    const directory = await mkdtemp(join(tmpdir(), 'alo-cluster-'));
    directories.push(directory);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const env = {
      ...{ PORT: String(port), HOST: '127.0.0.1', PUBLIC_URL: url, CLINICS_DIR: clinicsDirectory },
      ...{ OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: model.url },
      ...{ TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken },
      ...{ TWILIO_PHONE_NUMBER: clinicNumber, TWILIO_API_URL: rest.url, API_KEY: apiKey },
      ...{ REDIS_URL: redisUrl, REDIS_PREFIX: prefix, DATABASE_URL: database.href },
      ...{ ADMIN_PASSWORD: testPassword, CALL_DRAIN_MS: '0' },
      RECORDINGS_DIR: join(directory, 'recordings'),
      APPOINTMENTS_DIR: join(directory, 'appointments'),
      DATA_DIR: join(directory, 'data'),
      ...options.env,
    };
    const start = async () => {
      const process = spawnServer({ env, directory });
      await process.wrote('"listening"', 60_000);
      return process;
    };
    const server: ClusterServer = {
      url,
      process: await start(),
      async killAndRestart() {
        server.process.kill('SIGKILL');
        await server.process.exited;
        server.process = await start();
      },
    };
    return server;
  }

  const servers = [await openServer(), await openServer()] as const;
  const redis = await openRedis(redisUrl, log);
  const store = createRedisConversationStore({ redis, prefix, log });
  const queueRedis = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const queue = new Queue('texts', { connection: queueRedis, prefix });
  const cookies = new Map<number, string>();

  async function cookieOf(server: 0 | 1): Promise<string> {
    const known = cookies.get(server);
    if (known) return known;
    const answer = await fetch(`${servers[server].url}/console/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-alo-console': '1' },
      body: JSON.stringify({ login: 'admin', password: testPassword }),
    });
    if (!answer.ok) throw new Error(`not signed in: ${answer.status}`);
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    cookies.set(server, cookie);
    return cookie;
  }

  return {
    servers,
    sent,
    sentTo: (from) => sent.filter(({ to }) => to === from).map(({ text }) => text),
    onSent: (told) => {
      tellSent = told;
    },
    store,
    async write(from, text, first = Math.random() < 0.5 ? 0 : 1) {
      const messageSid = `SM${createId()}`;
      const asked = [servers[first], servers[1 - first]];
      await until(
        async () => {
          const url = `${asked[0]?.url}/whatsapp`;
          asked.reverse();
          const person = { url, from, to: clinicNumber, text, messageSid };
          const answer = await rest.whatsapp.write(person).catch(() => undefined);
          return answer?.status === 200;
        },
        'one of them takes the message',
        30_000,
      );
    },
    async conversation(senderKey) {
      const sender = { clinic: 'aurora', channel: 'whatsapp', senderKey } as const;
      return (await store.findOpen(sender)) ?? store.findLastClosed(sender);
    },
    settled: (timeoutMs = 90_000) =>
      until(
        async () => {
          const counts = await queue.getJobCounts('waiting', 'delayed', 'active');
          const left = await store.list({ isPending: true, limit: 1 });
          return left.length === 0 && Object.values(counts).every((count) => count === 0);
        },
        'everything is done',
        timeoutMs,
      ).then(() => undefined),
    async staff(server, path, body) {
      const headers = { cookie: await cookieOf(server), 'x-alo-console': '1' };
      return fetch(`${servers[server].url}/console/api/${path}`, {
        method: 'POST',
        headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    },
    async close() {
      for (const { process } of servers) process.kill('SIGKILL');
      await Promise.all(servers.map(({ process }) => process.exited));
      await queue.close();
      queueRedis.disconnect();
      redis.disconnect();
      await Promise.all([carrier.close(), rest.close(), model.close()]);
      await Promise.all(directories.map((one) => rm(one, { recursive: true, force: true })));
      await removeKeys(prefix);
      await dropSchema(schema);
    },
  };
}
