import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import type { Reservation } from '../../src/scheduling/reservation-record.ts';
import type { ScheduleStore } from '../../src/scheduling/schedule-store.ts';
import { openPostgresProfile, type PostgresProfile } from '../../src/storage/postgres-profile.ts';
import { type Acknowledged, callOnce, chance } from '../support/agenda-callers.ts';
import { databaseUrl, dropSchema, freshSchema } from '../support/postgres.ts';
import { claim, clashesIn, reserveRequest, seen } from '../support/schedule-fixtures.ts';

// A place given away twice is a fault of the product however rarely it happens: no second try.
describe.skipIf(databaseUrl === '')('two servers on one PostgreSQL', { retry: 0 }, () => {
  const schema = freshSchema();
  let servers: PostgresProfile[] = [];

  beforeEach(async () => {
    const options = { url: databaseUrl, schema, log: createLog('silent') };
    servers = await Promise.all([openPostgresProfile(options), openPostgresProfile(options)]);
  });
  afterEach(async () => {
    for (const server of servers) await server.close();
    await dropSchema(schema);
  });
  const serverOf = (caller: number) => {
    const server = servers[caller % servers.length];
    if (!server) throw new Error('no server');
    return server.schedule;
  };

  it('give one slot to one of up to fifty callers, a thousand times', async () => {
    const random = chance(1);
    const rounds = 1_000;
    for (let round = 0; round < rounds; round += 1) {
      // Few are frequent, fifty are there too.
      const callers = round % 100 === 99 ? 50 : 2 + Math.floor(49 * random() ** 4);
      const slot = [claim(round * 30, round * 30 + 30)];
      const answers = await Promise.all(
        Array.from({ length: callers }, (_, caller) =>
          serverOf(caller).reserve(reserveRequest({ claims: slot, holder: `call-${caller}` })),
        ),
      );
      const got = answers.flatMap((one) => (one.outcome === 'done' ? [one.reservation] : []));
      const taken = answers.filter(({ outcome }) => outcome === 'taken');
      expect([got.length, taken.length], `round ${round}`).toEqual([1, callers - 1]);
      const [winner] = got;
      if (round % 10 !== 0 || !winner) continue;
      // The one who got it books it, whichever server is asked, and however often.
      const confirms = [0, 1, 0].map((server) => serverOf(server).confirm(seen(winner, 'confirm')));
      for (const confirmed of await Promise.all(confirms))
        expect(confirmed).toMatchObject({ outcome: 'done', reservation: { id: winner.id } });
    }
  }, 120_000);

  it('and a third that is killed now and then keep what they acknowledged while callers book, cancel, move and come too late', async () => {
    const history = new History();
    const child = new ServerThatDies(schema, (told) => history.add(told));
    try {
      for (let round = 0; round < 200; round += 1) {
        const calls = [0, 1, 2, 3, 4, 5].map((caller) =>
          callOnce(serverOf(caller), chance(round * 1_000 + caller), round, (told) =>
            history.add(told),
          ),
        );
        const isKilled = round % 50 === 25;
        await Promise.all([...calls, isKilled ? child.die(round) : child.serve(round)]);
        expect(history.clashes(), `round ${round}`).toEqual([]);
      }
      expect(history.size).toBeGreaterThan(1_000);
      history.check(await history.kept(serverOf(0)));
    } finally {
      child.stop();
    }
  }, 120_000);
});

/** What callers were told, in the order it arrived. */
class History {
  readonly #latest = new Map<string, Acknowledged>();
  readonly #told = new Set<string>();
  /** Two callers were told that they made the same change. */
  readonly #twice: string[] = [];

  get size(): number {
    return this.#told.size;
  }

  add(told: Acknowledged): void {
    const name = `${told.id}/${told.version}`;
    if (this.#told.has(name)) this.#twice.push(name);
    this.#told.add(name);
    const known = this.#latest.get(told.id);
    if (!known || known.version < told.version) this.#latest.set(told.id, told);
    // Whoever moved gave the old place up in the same step.
    if (told.status === 'booked' && told.replaces) {
      const { id, version } = told.replaces;
      const old = this.#latest.get(id);
      if (old) this.#latest.set(id, { ...old, version: version + 1, status: 'cancelled' });
    }
  }

  /** Bookings that callers believe in and that cannot all be kept. */
  clashes() {
    const believed = [...this.#latest.values()].filter(({ status }) => status === 'booked');
    return clashesIn(believed as Reservation[]);
  }

  async kept(store: ScheduleStore): Promise<Reservation[]> {
    const kept: Reservation[] = [];
    for (const id of this.#latest.keys()) {
      const one = await store.find(id);
      if (one) kept.push(one);
    }
    return kept;
  }

  check(kept: readonly Reservation[]): void {
    expect(this.#twice).toEqual([]);
    expect(kept).toHaveLength(this.#latest.size);
    expect(clashesIn(kept)).toEqual([]);
    for (const one of kept) {
      const told = this.#latest.get(one.id);
      // A hold may have lapsed, and the last word of a killed server may not have come through.
      expect(one.version).toBeGreaterThanOrEqual(told?.version ?? 0);
      if (one.version === told?.version) expect(one.status).toBe(told.status);
      if (told?.status === 'cancelled') expect(one.status).toBe('cancelled');
    }
  }
}

/** A server in a process of its own. */
class ServerThatDies {
  readonly #schema: string;
  readonly #tell: (told: Acknowledged) => void;
  #process: ChildProcess | undefined;

  constructor(schema: string, tell: (told: Acknowledged) => void) {
    this.#schema = schema;
    this.#tell = tell;
  }

  async serve(round: number): Promise<void> {
    const server = await this.#running();
    server.send(round);
    await until(server, (message) => message.done === round);
  }

  /** Killed in the middle of the round, as soon as it has acknowledged something. */
  async die(round: number): Promise<void> {
    const server = await this.#running();
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.send(round);
    await until(server, (message) => message.told !== undefined || message.done === round);
    server.kill('SIGKILL');
    await ended;
    this.#process = undefined;
  }

  stop(): void {
    this.#process?.kill('SIGKILL');
  }

  async #running(): Promise<ChildProcess> {
    if (this.#process) return this.#process;
    const path = fileURLToPath(new URL('../support/agenda-child.ts', import.meta.url));
    const server = fork(path, [databaseUrl, this.#schema, '6'], {
      execArgv: ['--import', 'tsx'],
    });
    this.#process = server;
    server.on('message', ({ told }: Message) => {
      if (told) this.#tell(told);
    });
    await until(server, (message) => message.done === -1);
    return server;
  }
}

type Message = { told?: Acknowledged; done?: number };

function until(server: ChildProcess, isIt: (message: Message) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: Message) => {
      if (!isIt(message)) return;
      server.off('message', onMessage);
      server.off('exit', onExit);
      resolve();
    };
    const onExit = () => reject(new Error('the other server ended by itself'));
    server.on('message', onMessage);
    server.once('exit', onExit);
  });
}
